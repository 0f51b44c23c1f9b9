-- migrate(phase = expand)
ALTER TABLE customers ADD COLUMN phone text NOT NUL;

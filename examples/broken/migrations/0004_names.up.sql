-- migrate(phase = expand)
ALTER TABLE customers RENAME COLUMN email TO address;

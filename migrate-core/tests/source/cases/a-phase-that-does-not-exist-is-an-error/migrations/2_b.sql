-- migrate(phase)
SELECT 1;

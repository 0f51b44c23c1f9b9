-- migrate(phase = expnd)
SELECT 1;

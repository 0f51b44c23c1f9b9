-- migrate(phase(expand))
SELECT 1;

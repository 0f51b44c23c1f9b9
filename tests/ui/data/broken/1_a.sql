-- migrate(no-transation)
SELECT 1;

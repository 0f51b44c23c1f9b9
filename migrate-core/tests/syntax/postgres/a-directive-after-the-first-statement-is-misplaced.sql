SELECT 1;
-- migrate(no-transaction)
-- no-transaction
SELECT 2; /* migrate(empty) */

-- migrate (no-transaction)
-- Migrate(empty)
-- migrate: no-transaction
-- migrate the rows (all of them)
-- migrate (some) rows
-- no-transactions here
SELECT 1;

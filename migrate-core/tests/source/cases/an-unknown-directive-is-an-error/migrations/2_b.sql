CREATE TABLE a (id INT);
-- migrate(no-transaction)
SELECT 1;

-- migrate(no-transaction)
BEGIN;
CREATE TABLE a (id INT);
COMMIT;

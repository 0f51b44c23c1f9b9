-- migrate(no-transaction)
PRAGMA foreign_keys = off;
BEGIN;
CREATE TABLE new_a (id INTEGER PRIMARY KEY, b TEXT NOT NULL);
INSERT INTO new_a SELECT id, b FROM a;
DROP TABLE a;
ALTER TABLE new_a RENAME TO a;
COMMIT;
PRAGMA foreign_keys = on;

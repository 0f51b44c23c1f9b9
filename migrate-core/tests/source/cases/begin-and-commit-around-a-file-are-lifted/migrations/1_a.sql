-- why
BEGIN;
CREATE TABLE a (id INT);
-- and
CREATE TABLE b (id INT);
COMMIT;

CREATE TABLE a (id int, n int);
CREATE TABLE b AS SELECT id AS k, n FROM a;
SELECT k, n FROM b;
SELECT id FROM b;

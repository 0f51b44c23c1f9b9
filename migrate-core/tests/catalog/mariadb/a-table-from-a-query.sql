CREATE TABLE a (id int, name text);
CREATE TABLE b (name text, extra int) AS SELECT name, id FROM a;
SELECT name, extra, id FROM b;
CREATE TABLE c (name text, name text) AS SELECT name FROM a;
INSERT INTO b SELECT extra, name, id FROM b;

CREATE TABLE a (id INTEGER PRIMARY KEY, name text);
CREATE TABLE b (id INTEGER PRIMARY KEY, a_id int REFERENCES a (id));
CREATE INDEX i ON a (name);
CREATE TABLE a_new (id INTEGER PRIMARY KEY, name text NOT NULL, n int);
INSERT INTO a_new (id, name) SELECT id, name FROM a;
DROP TABLE a;
ALTER TABLE a_new RENAME TO a;
CREATE INDEX i ON a (name);
SELECT n FROM a JOIN b ON a.id = b.a_id;

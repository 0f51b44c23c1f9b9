CREATE TABLE a (id int);
CREATE VIEW v AS SELECT id FROM a;
CREATE TABLE a_new (id int, n int);
DROP TABLE a;
ALTER TABLE a_new RENAME TO a;
PRAGMA legacy_alter_table = ON;
ALTER TABLE a_new RENAME TO a;

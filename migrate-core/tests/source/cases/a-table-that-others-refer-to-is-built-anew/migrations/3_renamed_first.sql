ALTER TABLE parents RENAME TO parents_old;
CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO parents SELECT * FROM parents_old;
DROP TABLE parents_old;

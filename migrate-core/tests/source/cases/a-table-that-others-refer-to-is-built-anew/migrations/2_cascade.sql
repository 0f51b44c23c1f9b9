CREATE TABLE parents_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO parents_new SELECT id, coalesce(name, '') FROM parents;
DROP TABLE parents;
ALTER TABLE parents_new RENAME TO parents;

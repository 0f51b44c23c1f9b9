CREATE TABLE children_new (id INTEGER PRIMARY KEY, parent INTEGER);
INSERT INTO children_new SELECT * FROM children;
DROP TABLE children;
ALTER TABLE children_new RENAME TO children;

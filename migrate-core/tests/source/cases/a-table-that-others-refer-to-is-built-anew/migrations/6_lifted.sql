PRAGMA foreign_keys = off;
CREATE TABLE children_new (id INTEGER PRIMARY KEY);
INSERT INTO children_new SELECT id FROM children;
DROP TABLE children;
ALTER TABLE children_new RENAME TO children;
PRAGMA foreign_keys = on;

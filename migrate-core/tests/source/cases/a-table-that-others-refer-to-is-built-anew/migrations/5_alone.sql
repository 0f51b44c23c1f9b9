CREATE TABLE alone_new (id INTEGER PRIMARY KEY, above INTEGER REFERENCES alone (id));
INSERT INTO alone_new SELECT * FROM alone;
DROP TABLE alone;
ALTER TABLE alone_new RENAME TO alone;

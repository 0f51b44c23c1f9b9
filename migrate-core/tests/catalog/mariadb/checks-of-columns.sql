CREATE TABLE a (id int CHECK (id > 0), b int);
ALTER TABLE a DROP COLUMN b;
CREATE TABLE c (id int, CONSTRAINT k CHECK (nope > 0));

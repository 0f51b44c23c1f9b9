CREATE TABLE a (id int);
CREATE TABLE main.b (id int);
SELECT id FROM main.a;
SELECT id FROM main.nope;

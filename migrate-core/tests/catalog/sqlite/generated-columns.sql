CREATE TABLE a (id int, b int AS (id + 1), c int);
INSERT INTO a VALUES (1, 2);
INSERT INTO a VALUES (1, 2, 3);
CREATE TABLE d (id int, b int AS (nope + 1));

CREATE TABLE a (id int, b int AS (id + 1) VIRTUAL, c int GENERATED ALWAYS AS (id) STORED);
CREATE TABLE d (id int, b int AS (nope + 1) VIRTUAL);

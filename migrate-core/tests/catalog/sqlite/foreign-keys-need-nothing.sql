CREATE TABLE b (a_id int REFERENCES a (id));
CREATE TABLE a (id int);
DROP TABLE a;

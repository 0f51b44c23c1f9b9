CREATE TABLE a (id INT);
/* open

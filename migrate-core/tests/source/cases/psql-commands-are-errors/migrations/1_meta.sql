\connect other
CREATE TABLE a (id INT);

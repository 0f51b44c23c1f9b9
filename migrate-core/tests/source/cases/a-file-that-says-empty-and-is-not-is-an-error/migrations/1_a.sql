-- migrate(empty)
CREATE TABLE a (id INT);

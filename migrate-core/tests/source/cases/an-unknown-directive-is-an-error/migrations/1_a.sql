-- migrate(no-transation)
CREATE TABLE a (id INT);

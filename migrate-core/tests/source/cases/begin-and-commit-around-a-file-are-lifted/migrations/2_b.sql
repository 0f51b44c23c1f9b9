start transaction;
CREATE TABLE a (id INT);
END
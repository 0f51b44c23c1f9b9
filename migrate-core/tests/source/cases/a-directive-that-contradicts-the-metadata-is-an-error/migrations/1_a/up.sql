-- migrate(no-transaction)
CREATE TABLE a (id INT);

-- migrate:up
CREATE TABLE a (id INT);

-- migrate:down
DROP TABLE a;

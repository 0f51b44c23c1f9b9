-- +goose Up
CREATE TABLE a (id INT);
-- +goose Down
DROP TABLE a;

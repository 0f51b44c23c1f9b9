CREATE TABLE users (id int, name text, Name text);
CREATE TABLE users (id int, name text);
ALTER TABLE users ADD COLUMN NAME text;
ALTER TABLE users DROP COLUMN nmae;
ALTER TABLE users RENAME COLUMN nmae TO title;
ALTER TABLE users RENAME COLUMN name TO id;
ALTER TABLE users RENAME COLUMN name TO title;
ALTER TABLE users ADD COLUMN n int DEFAULT 0;
ALTER TABLE users DROP COLUMN n;

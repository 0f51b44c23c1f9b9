CREATE TABLE members (id int PRIMARY KEY, email text);

CREATE UNIQUE INDEX members_email ON members (email) NULLS NOT DISTINCT;

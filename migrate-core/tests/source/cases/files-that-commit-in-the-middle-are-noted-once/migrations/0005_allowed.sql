-- migrate(allow(commits-by-itself, "they are new"))
CREATE TABLE d (id INT);
CREATE TABLE e (id INT);

CREATE TABLE t (
    a INT CHECK (a > 0 AND "a" < 10),
    b TEXT DEFAULT 'x',
    c INT GENERATED ALWAYS AS (a + 1) STORED,
    a_very_long_name_that_is_longer_than_what_the_server_keeps_of_a_name INT,
    EXCLUDE (a WITH =)
);
CREATE INDEX t_lower ON t (lower(b)) WHERE b <> '';
ALTER TABLE t RENAME COLUMN a TO "Z";
ALTER TABLE t RENAME COLUMN b TO lower;
ALTER TABLE t DROP COLUMN a_very_long_name_that_is_longer_than_what_the_server_keeps_of_a_name;

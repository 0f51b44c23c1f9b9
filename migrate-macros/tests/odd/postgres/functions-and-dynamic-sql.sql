CREATE TABLE log (id bigserial PRIMARY KEY, line text);
CREATE FUNCTION make(name text, columns text[]) RETURNS void LANGUAGE plpgsql AS $make$
DECLARE
    statement text := $sql$CREATE TABLE %I (id int)$sql$;
    "column" text;
BEGIN
    EXECUTE format(statement, name);
    FOREACH "column" IN ARRAY columns LOOP
        EXECUTE 'ALTER TABLE ' || quote_ident(name) || ' ADD COLUMN ' || quote_ident("column") || ' text';
    END LOOP;
    INSERT INTO log (line) VALUES ('made ' || name);
EXCEPTION WHEN duplicate_table THEN
    RAISE NOTICE 'there is % already; it''s fine', name;
END
$make$;
SELECT make('people', ARRAY['given', 'family']);
INSERT INTO people (id, given, family) VALUES (1, 'Ann', 'Lee');
CREATE INDEX people_family ON people (family);
DO $$
DECLARE r record;
BEGIN
    FOR r IN SELECT 'extra_' || n AS name FROM generate_series(1, 3) AS n LOOP
        EXECUTE format('CREATE TABLE %I (LIKE log INCLUDING ALL)', r.name);
        EXECUTE format('ALTER TABLE people ADD COLUMN %I int', r.name);
    END LOOP;
END $$;
INSERT INTO extra_1 (line) SELECT line FROM log;
UPDATE people SET extra_2 = 2 WHERE extra_3 IS NULL;
ALTER TABLE extra_2 DROP COLUMN line;
DROP INDEX people_family;

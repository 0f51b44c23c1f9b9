CREATE TABLE members (id int PRIMARY KEY, "Group" int, name text);
CREATE FUNCTION a(wanted int) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM members m WHERE m.id = wanted $$;
CREATE FUNCTION b(wanted int) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM member WHERE id = wanted $$;
CREATE FUNCTION c() RETURNS text LANGUAGE sql AS 'SELECT nam FROM members';
CREATE FUNCTION d(one members) RETURNS text LANGUAGE sql AS $$ SELECT (one).name || one.id || d.one.id $$;
CREATE FUNCTION e(int) RETURNS text LANGUAGE sql AS $$ SELECT name FROM members WHERE id = $1 $$;
CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ UPDATE members SET nam = 'x'; DELETE FROM members $$;
CREATE PROCEDURE g() LANGUAGE sql AS $$ INSERT INTO members (id, nam) VALUES (1, 'x') $$;
-- Nobody looks into these.
CREATE FUNCTION h() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM nothing; END $$;
CREATE FUNCTION i(anyelement) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM nothing WHERE $1 = $1 $$;
SET check_function_bodies = off;
CREATE FUNCTION j() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM nothing $$;
SET check_function_bodies = on;
CREATE FUNCTION k() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM nothing $$;
CREATE SCHEMA other CREATE TABLE things (id int);
CREATE FUNCTION l() RETURNS bigint LANGUAGE sql SET search_path = other AS $$ SELECT count(*) FROM things $$;
-- unseen
CREATE FUNCTION m() RETURNS bigint LANGUAGE sql AS $$ CREATE TABLE made (id int); SELECT count(*) FROM made $$;
CREATE FUNCTION n(OUT total bigint) LANGUAGE sql AS $$ WITH all_of AS (SELECT id AS total FROM members) SELECT count(total) FROM all_of $$;
CREATE FUNCTION o() RETURNS SETOF members LANGUAGE sql AS $$ SELECT * FROM members ORDER BY "Group", members.name $$;
CREATE FUNCTION p(id int) RETURNS boolean LANGUAGE sql AS 'SELECT ''x'' = name FROM members WHERE members.id = p.id';
CREATE FUNCTION q() RETURNS triggger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION r() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION s() RETURNS members.name%TYPE LANGUAGE sql AS $$ VALUES ('a'::text) $$;
CREATE FUNCTION t(VARIADIC list int[]) RETURNS int LANGUAGE sql RETURN list[1];
CREATE FUNCTION u(list int[]) RETURNS TABLE (one int, two text) LANGUAGE sql AS $$ SELECT x, m.name FROM unnest(list) AS x JOIN members m ON m.id = x $$;

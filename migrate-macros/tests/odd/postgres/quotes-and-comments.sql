/* a comment /* in a comment */ with a ' and a $$ in it */
CREATE/**/TABLE"Order"("select"int/* no space */,"a ""b"" c"text DEFAULT'it''s'/*;*/,U&"d\0061t"date);
CREATE INDEX"index"ON"Order"("a ""b"" c"text_pattern_ops);
INSERT INTO "Order"("select","a ""b"" c",dat)VALUES(1,E'a\'b;\\',DATE'2025-01-01'),(-1,U&'\0441\+00FFFF',NULL);
INSERT INTO public . "Order" ( "select" ) VALUES ( 1 ) ;;;
-- a comment with an apostrophe: don't
UPDATE "Order" AS"o"SET"a ""b"" c"=$q$it's $notatag$ ; $q$||$$;$$ WHERE o."select"=1 AND dat IS NOT DISTINCT FROM'2025-01-01';
ALTER TABLE ONLY"public"."Order"RENAME COLUMN"select"TO"from";
CREATE VIEW"view"AS SELECT"from"AS"Übung",'a'
'b'AS joined FROM"Order"WHERE"from">-1 OR NOT"from"=ANY(ARRAY[1,2]);
SELECT"Übung"FROM"view"ORDER BY 1 USING>;
COMMENT ON COLUMN "Order"."a ""b"" c" IS
  'first line'
  ' second line';
CREATE TABLE größe (länge int, 名前 text, _a$b int);
ALTER TABLE GRößE ADD CHECK (länge > 0), ADD COLUMN "LÄNGE" int;
SELECT g.länge, g."LÄNGE", g.名前, g._A$B FROM größe g;
CREATE TABLE t (a int, A_b int, "A" int);
INSERT INTO T (A, "A") VALUES (1, 2);
SELECT t.a, T."A", (t).a_b, (t.*) IS NULL FROM t;
DROP TABLE IF EXISTS "nothing", "Order" CASCADE

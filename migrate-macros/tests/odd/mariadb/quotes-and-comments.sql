# a comment; with a semicolon and a ' quote
CREATE/**/TABLE`order`(`select`INT/*!40000 NOT NULL */,`a ``b`` c`VARCHAR(20)DEFAULT'it''s',d TEXT COMMENT"a \"quoted\" -- word",`e;f`INT/*M!100000 DEFAULT 3 */)/*!50100 ENGINE=InnoDB */-- the end
;
INSERT INTO`order`(`select`,`a ``b`` c`,d)VALUES(1,'a\'b;\\',"don't"),(2-1,'a' 'b',_utf8mb4 x'4142'),(0x1F,b'101',N'n'),(- 1,1--1,'#');
-- dash dash space is a comment
--	a tab, too
UPDATE`order`SET`a ``b`` c`='x'WHERE`select`<=>1 OR d<>''AND`e;f`!=2||`select`;
ALTER TABLE `order` RENAME COLUMN `select` TO `from`, COMMENT 'renamed; really', AUTO_INCREMENT = 1;
CREATE VIEW `view` AS SELECT`from`,`e;f`AS'quoted alias',d"double"FROM`order`AS`o`WHERE o.`from`>-1;
SELECT `quoted alias`, `double` FROM view;
CREATE TABLE größe (länge INT, 名前 TEXT, 1a INT, _a$b INT, `1` INT);
INSERT INTO größe (LÄNGE, 名前, 1A, _A$B, `1`) VALUES (1, 'x', 2, 3, 4);
SELECT g.1a, g.länge, g.`1` FROM größe g;
SET SQL_MODE = 'ANSI_QUOTES';
CREATE TABLE "quoted" ("from" INT, b VARCHAR(3) DEFAULT 'x');
INSERT INTO "quoted" ("from") VALUES (1);
SET @@session.sql_mode = DEFAULT;
/*!40101 SET @old_client = @@character_set_client */;
/*!40101 SET character_set_client = utf8 */;
/*!40101 SET character_set_client = @old_client */;
/*! DROP TABLE IF EXISTS absent, quoted */;
/*!999999 CREATE TABLE this is not for anybody */;
DROP TABLE `order`, größe;

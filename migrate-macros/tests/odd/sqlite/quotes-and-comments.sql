/* not /* nested */ CREATE TABLE[order]('select'INTEGER PRIMARY KEY,`a b`TEXT DEFAULT"x",[c;d]BLOB DEFAULT x'00ff',"e""f"REAL DEFAULT(-1.5e3),g DEFAULT -1)
-- the end; of it
;;CREATE INDEX"i"ON[order](`a b`COLLATE NOCASE DESC,lower([c;d]),"e""f"ASC)WHERE"select">0 AND"a b"NOT NULL;
INSERT INTO'order'("select",'a b',g)VALUES(1,'it''s; fine','--'),(.5e1,"not a column",0xFF);
UPDATE OR IGNORE [ORDER] SET "SELECT" = "SELECT" + 1, `A B` = 'a'||'b' WHERE [Select] ISNULL OR "a b" == 'x' OR g <> 1 AND NOT g BETWEEN 1 AND 2;
SELECT"select"AS'alias',"a b""also an alias",[c;d]x,"nothing at all",rowid,oid,_rowid_ FROM"order"AS'o'WHERE o."select"IS NOT DISTINCT FROM 1;
ALTER TABLE'order'RENAME COLUMN'select'TO"from";
ALTER TABLE [order] RENAME TO "group";
CREATE VIEW 'view' AS SELECT [from], "e""f" AS 'quoted' FROM "group";
SELECT quoted, "from" FROM view;
CREATE TABLE größe(länge INT, 名前 TEXT, a$b INT);
INSERT INTO größe (länge, 名前, A$B) VALUES (1, 2, 3);

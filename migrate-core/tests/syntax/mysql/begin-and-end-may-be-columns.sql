CREATE TABLE t (begin int, end int, `if` int);
CREATE PROCEDURE begin() BEGIN SELECT end, t.end, begin FROM t; SELECT CASE WHEN end THEN end ELSE end END end FROM t; UPDATE t SET end = 1; END;
SELECT 1;

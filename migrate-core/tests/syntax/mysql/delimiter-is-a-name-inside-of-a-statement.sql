CREATE TABLE t (
  delimiter int,
  a int);
SELECT a,
delimiter FROM t;

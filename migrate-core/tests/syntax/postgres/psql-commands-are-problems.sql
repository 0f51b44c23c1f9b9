\set x 1
\connect db
CREATE TABLE a (b int);
SELECT 1 \gset
SELECT '\c' ;
\restrict abc

create table t (a int);
-- ====
pragma foreign_keys = off;
alter table t add column b int;
pragma foreign_keys = on;

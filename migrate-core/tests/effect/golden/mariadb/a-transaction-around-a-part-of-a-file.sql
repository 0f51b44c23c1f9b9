create table t (a int);
-- ====
alter table t add column b int;
start transaction;
update t set b = 1;
commit;

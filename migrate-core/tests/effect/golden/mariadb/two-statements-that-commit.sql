create table t (a int);
-- ====
alter table t add column b int;
insert into t values (1, 2);
create index t_a on t (a);

create table t (a int);
-- ====
create index concurrently t_a on t (a);

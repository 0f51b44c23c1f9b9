create table t (a int);
-- ====
-- migrate(no-transaction)
create index concurrently t_a on t (a);
create index concurrently t_b on t (a);

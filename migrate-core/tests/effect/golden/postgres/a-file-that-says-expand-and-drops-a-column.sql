create table t (a int, b int);
-- ====
-- migrate(phase = expand)
alter table t add column c int;
alter table t
    drop column b;

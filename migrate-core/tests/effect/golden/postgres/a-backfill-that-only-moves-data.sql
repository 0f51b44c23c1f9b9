create table t (a int, b int);
-- ====
-- migrate(phase = backfill)
update t set b = a where b is null;

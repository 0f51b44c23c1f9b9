create table t (a int);
-- ====
alter table t add column b int;
commit;
begin isolation level serializable;
savepoint here;
rollback to here;
set transaction read only;

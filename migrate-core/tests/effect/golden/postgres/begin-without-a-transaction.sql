-- migrate(no-transaction)
begin;
create table t (a int);
commit;

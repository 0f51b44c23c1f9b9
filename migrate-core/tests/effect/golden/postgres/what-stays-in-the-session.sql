set search_path = public;
set local lock_timeout = '1s';
create temporary table t (a int);
prepare p as select 1;
select pg_advisory_lock(1);
listen x;

create table t (id serial primary key, a int unique);
create view v as select id from t;
-- ====
create table u (id bigserial primary key, t_id int references t (id));
alter table t drop column id cascade;
drop table u;

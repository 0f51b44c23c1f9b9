create table person (id int);
-- ====
create type mood as enum ('sad', 'ok');
alter type mood add value 'great';
alter table person add column mood mood default 'great';

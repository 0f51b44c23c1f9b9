create type mood as enum ('sad', 'ok');
create table person (id int, mood mood, note text);
create table other (note text);
-- ====
alter type mood add value if not exists 'great';
alter type mood add value if not exists 'ok';
insert into other values ('great');
insert into person (id, note) values (1, 'great');
insert into person (id, mood) values (1, 'ok');
comment on type mood is 'great';

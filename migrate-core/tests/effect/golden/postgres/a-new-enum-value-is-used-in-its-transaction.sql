create type mood as enum ('sad', 'ok');
create table person (id int, mood mood not null default 'ok', note text);
-- ====
alter type mood add value 'great';
insert into person (id, mood, note) values (1, 'great', 'x');
update person set mood = 'great' where id = 2;
alter table person alter mood set default 'great';
alter table person add column before mood not null default 'great';
select * from person where mood in ('great');
select 'great'::mood;

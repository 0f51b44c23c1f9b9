create schema app;
create type mood as enum ('sad', 'ok');
create domain plain as text;
create domain positive as int check (value > 0);
create table parent (
    id int primary key,
    name text,
    small varchar(10),
    money numeric(10, 2),
    free numeric,
    code char(5),
    at timestamp,
    atz timestamptz,
    at3 timestamp(3),
    n int,
    b bit(4),
    vb bit varying(4),
    m mood,
    js json,
    u uuid,
    tags varchar(10)[],
    net cidr,
    ip inet,
    o oid,
    iv interval,
    constraint parent_n_positive check (n > 0),
    constraint parent_name_there check (name is not null)
);
create unique index parent_n_u on parent (n);
create index parent_name on parent (name);
create table child (
    id int primary key,
    parent_id int constraint child_parent references parent (id),
    cascade_id int references parent (id) on delete cascade,
    note text
);
create table lone (id int, a int, b text, pos positive, p plain);
create table app.things (id int primary key, lone_id int);
create table part (id int not null, k int) partition by range (id);
create table part_1 partition of part for values from (0) to (10);
create table part_2 partition of part for values from (10) to (20);
create table part_3 (id int not null, k int);
create table base (id int, x int);
create table derived (y int) inherits (base);
create view names as select id, name from parent;
create view lone_view as select id, b from lone;
create materialized view mv as select id, name from parent;
create unique index mv_id on mv (id);
create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger lone_touch before update on lone for each row execute function touch();
create sequence counter;
insert into parent (id, name, small, n) values (1, 'a', 'b', 1);
insert into child values (1, 1, 1, 'x');
insert into lone values (1, 2, '3', 4, 'p');
insert into part values (1, 2), (11, 3);
insert into base values (1, 2);
insert into derived values (1, 2, 3);

//! What the library does on real databases: PostgreSQL, MariaDB and SQLite. One binary, one module per topic;
//! a test that holds on every database is written once, in a function of a [`place::Place`].

mod blocking;
mod conformance;
mod files;
mod lent;
mod messages;
mod place;
mod secrets;

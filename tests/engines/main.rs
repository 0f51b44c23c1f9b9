//! What the library does on real databases: PostgreSQL, MariaDB and SQLite. One binary, one module per topic;
//! a test that holds on every database is written once, in a function of a [`place::Place`].

mod conformance;
mod corpus;
mod files;
mod place;

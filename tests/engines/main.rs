//! What the library does on real databases: PostgreSQL, MariaDB and SQLite. One binary, one module per topic;
//! a test that holds on every database is written once, in a function of a [`place::Place`].

#[path = "../shared/accepted.rs"]
mod accepted;
mod blocking;
mod boot_cost;
mod conformance;
mod corpus;
mod examples;
mod files;
mod hygiene;
mod instances;
mod interval;
mod lent;
mod lent_settings;
mod locks;
mod memory;
mod messages;
mod place;
mod pools;
mod read_only;
mod rebuild;
mod recorded;
mod secrets;
mod security;

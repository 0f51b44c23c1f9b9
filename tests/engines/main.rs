//! What the library does on real databases: PostgreSQL, MariaDB and SQLite. One binary, one module per topic;
//! a test that holds on every database is written once, in a function of a [`place::Place`].

mod boot_cost;
mod conformance;
mod corpus;
mod files;
mod hygiene;
mod instances;
mod lent;
mod locks;
mod memory;
mod place;
mod pools;
mod read_only;
mod recorded;

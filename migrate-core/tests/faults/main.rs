//! Faults that no server gives on demand, and every order of several instances: the running half on a model of a
//! database in memory.
//!
//! [`world`] is the server, and [`sql`] reads what the library sends. There are two ways to it. [`driver`] is for
//! tests of one story, with a clock of its own and faults at a chosen call; [`executor`] polls its instances.
//! [`explorer`] goes through all stories: [`explored`] says of what, [`planted`] shows that it would find something.

#[path = "../../../tests/shared/accepted.rs"]
mod accepted;
mod after_a_fault;
mod driver;
mod executor;
mod explored;
mod explorer;
mod histories;
mod lent;
mod locks;
mod planted;
mod sent;
mod sql;
mod world;

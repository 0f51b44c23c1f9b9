//! Faults that no server gives on demand, and every order of two instances: the running half on a model of a
//! database in memory, with a clock of its own and one thread.
//!
//! [`world`] is the server, [`sql`] reads what the library sends, [`driver`] is the way between the two, where
//! the faults happen, and [`executor`] polls the instances in a chosen order.

#[path = "../../../tests/shared/accepted.rs"]
mod accepted;
mod after_a_fault;
mod driver;
mod executor;
mod explored;
mod explorer;
mod histories;
mod interleavings;
mod lent;
mod locks;
mod planted;
mod sent;
mod sql;
mod world;

//! A model of a database server: tables with unique keys, transactions that block one another on a key,
//! session locks, sessions that are there for as long as nobody has noticed that their client is not. It executes
//! the statements that the library sends.

mod engine;
mod query;
mod server;
mod statement;
mod table;

pub(crate) use engine::Engine;
pub(crate) use server::{Locks, Progress, Refusal, Rows, Trouble, World};
pub(crate) use statement::{Message, Statement};
pub(crate) use table::{Record, hash_value};

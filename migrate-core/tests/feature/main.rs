//! The tables of what servers can do since when, with the servers as the oracle, and what is found in files.

mod corpus;
mod found;
mod servers;

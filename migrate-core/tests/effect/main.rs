//! What statements do, with the servers as the oracle.
mod corpus;
mod golden;
mod mariadb;
mod postgres;
mod sample;
mod sqlite;

//! What statements do, with the servers as the oracle.
mod postgres;
mod sample;
mod mariadb;
mod sqlite;
mod corpus;
mod golden;

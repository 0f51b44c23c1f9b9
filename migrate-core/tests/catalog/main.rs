//! The schema that statements lead to, and what servers refuse: cases in files beside this one, the servers
//! themselves as the oracle, and histories of real projects.

#[path = "../../../tests/shared/accepted.rs"]
mod accepted;
mod cases;
mod corpus;
mod equal;
mod place;
mod replays;
mod server;

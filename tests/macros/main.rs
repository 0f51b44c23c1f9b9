//! `migrations!` as users write it: what it accepts, what it says, and that it agrees with the run-time
//! sources.

mod graph;
mod same_history;
mod ui;

//! Every order of several instances, with something breaking at every step: stateless model checking of the real
//! running half. A schedule is a list of choices; the state after it is the state of the server and the position of
//! each instance, and a state that was reached before is not explored again.

mod choices;
mod machine;
mod program;
pub(crate) mod properties;
mod puppet;
pub(crate) mod schedule;
mod search;
mod server;
mod setting;
mod state;
mod step;

pub(crate) use program::Program;
pub(crate) use schedule::{Break, Choice};
pub(crate) use search::Tally;
pub(crate) use setting::Setting;
pub(crate) use step::Explorer;

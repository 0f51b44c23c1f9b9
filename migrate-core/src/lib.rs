//! The logic of `migrate-rs`. Applications depend on the facade crate `migrate-rs` (`use migrate::…`);
//! authors of a third-party driver depend on this crate alone.
//!
//! The **pure half** reads and checks: [`source`] → [`syntax`] → [`check`](mod@check) → [`Migrations`]. It does no
//! input or output except in `source`. The **running half** acts: [`session`] is the seam that a driver
//! implements, the rest decides what to send over it. Nothing here knows sqlx, a runtime or a timer.

pub mod check;
pub mod checksum;
pub mod diagnostic;
pub mod dialect;
pub mod migrations;
pub mod session;
pub mod source;
pub mod syntax;
pub mod version;

pub use dialect::{Dialect, Spec};
pub use migrations::{Migration, Migrations, Script};

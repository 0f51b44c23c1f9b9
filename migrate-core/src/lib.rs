//! The logic of `migrate-rs`. Applications depend on the facade crate `migrate-rs` (`use migrate::…`);
//! authors of a third-party driver depend on this crate alone.
//!
//! The **pure half** reads and checks: [`source`] → `syntax` → `reader` → [`check`](mod@check) → [`Migrations`].
//! It does no input or output except in `source`. The **running half** acts: [`session`] is the seam that a
//! driver implements, the rest decides what to send over it. Nothing here knows sqlx, a runtime or a timer.
//!
//! A driver needs [`session`], [`Dialect`] and the [`Spec`]s in [`dialect`], and no more. What is public and
//! hidden from this documentation is for the macro, the tests and the benches of this workspace, which is
//! released as one version, and changes without notice.

#[doc(hidden)]
pub mod ast;
#[doc(hidden)]
pub mod catalog;
pub mod check;
pub mod checksum;
mod created;
pub mod diagnostic;
pub mod dialect;
pub mod effect;
mod error;
mod executor;
pub mod feature;
mod foreign;
mod history;
mod identity;
pub mod interval;
mod lock;
#[doc(hidden)]
pub mod lock_file;
pub mod migrations;
mod migrator;
mod plan;
#[doc(hidden)]
pub mod reader;
mod report;
mod run;
mod server;
pub mod session;
pub mod source;
#[doc(hidden)]
pub mod syntax;
mod text;
#[doc(hidden)]
pub mod version;

pub use dialect::{Dialect, Spec};
pub use error::{Error, ErrorKind, RowProblem};
pub use foreign::OtherTool;
pub use history::State;
pub use migrations::{Migration, Migrations, Phase, Script};
pub use migrator::{Existing, Migrator, OutOfOrder, Plan, PlannedStep, Status, migrate};
pub use report::{Notice, Report, Step};

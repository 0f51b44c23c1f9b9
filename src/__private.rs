//! What the expansion of `migrations!` names. Not for users, and free to change.

pub use std::borrow::Cow;

pub use migrate_core::Dialect;
pub use migrate_core::checksum::Checksum;
pub use migrate_core::migrations::{Data, Entry, Migrations, Phase, ScriptData, Span};
pub use migrate_macros::migrations;

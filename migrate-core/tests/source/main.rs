//! From migration files to a history, without a database: the layouts, the errors and their text, and that
//! all sources agree.

#[path = "../../../tests/shared/accepted.rs"]
mod accepted;
mod allow;
mod any_input;
mod cases;
mod corpus;
mod excerpts;
mod folder;
mod lock_file;
mod same_history;
mod spelling;
mod text;
mod versions;

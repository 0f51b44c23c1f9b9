//! What statements are read as, in files beside this one, and properties of the same on made-up texts.

mod corpus;
mod golden;
mod misread;
mod print;
mod properties;

use migrate_core::Dialect;

/// The dialects and the names of their folders.
const DIALECTS: [(&str, Dialect); 4] = [
    ("postgres", Dialect::Postgres),
    ("mysql", Dialect::MySql),
    ("mariadb", Dialect::MariaDb),
    ("sqlite", Dialect::Sqlite),
];

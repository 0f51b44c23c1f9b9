//! The histories of these tests. Each statement leaves a row with its own name, so that one can count how
//! often it was executed.

use migrate_core::check::Options;
use migrate_core::{Dialect, Migrations};

use crate::accepted::allowance;

/// Reads files as an application reads a folder.
pub(crate) fn history(files: &[(&str, &str)]) -> Migrations {
    history_in(Dialect::Postgres, files)
}

/// The same, in another dialect.
pub(crate) fn history_in(dialect: Dialect, files: &[(&str, &str)]) -> Migrations {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("the folder can be written to");
    }
    let options = Options::new(dialect).name("app").release("1.0.0");
    let Err(found) = Migrations::from_dir(folder.path(), options.clone()) else {
        return Migrations::from_dir(folder.path(), options).unwrap();
    };
    // The model of a database has a table that no file creates.
    let options = found.diagnostics().iter().fold(options, |options, found| {
        let (script, code) = allowance(found.code(), found.place().unwrap().path());
        options.allow(script, code)
    });
    Migrations::from_dir(folder.path(), options).unwrap_or_else(|error| panic!("{error}"))
}

/// Three migrations with transactions.
pub(crate) const TRANSACTIONAL: [(&str, &str); 3] = [
    ("1_a.sql", "INSERT INTO effects VALUES ('1.1');\nINSERT INTO effects VALUES ('1.2');\n"),
    ("2_b.sql", "INSERT INTO effects VALUES ('2.1');\n"),
    ("3_c.sql", "INSERT INTO effects VALUES ('3.1');\nINSERT INTO effects VALUES ('3.2');\n"),
];

/// One without.
pub(crate) const STATEMENTS: (&str, &str) =
    ("4_d.sql", "-- migrate(no-transaction)\nVACUUM 4.1;\nVACUUM 4.2;\nVACUUM 4.3;\n");

/// All four.
pub(crate) fn four() -> Migrations {
    let [a, b, c] = TRANSACTIONAL;
    history(&[a, b, c, STATEMENTS])
}

/// The names of all statements.
pub(crate) const ALL: [&str; 8] = ["1.1", "1.2", "2.1", "3.1", "3.2", "4.1", "4.2", "4.3"];

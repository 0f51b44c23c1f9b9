//! Migration files that a test makes up, read as an application reads a folder at run time.

use std::fs;
use std::path::Path;

use migrate::{Dialect, Migrations, SourceOptions};
use tempfile::TempDir;

use crate::accepted::allowance;

/// A folder of migration files.
pub(crate) struct Files {
    folder: TempDir,
    dialect: Dialect,
    name: String,
    release: String,
}

impl Files {
    pub(crate) fn new(dialect: Dialect, files: &[(&str, &str)]) -> Files {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = Files { folder, dialect, name: "app".to_owned(), release: "1.0.0".to_owned() };
        for (name, text) in files {
            made.write(name, text);
        }
        made
    }

    pub(crate) fn named(mut self, name: &str) -> Files {
        self.name = name.to_owned();
        self
    }

    /// Adds or replaces a file.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(name), text).expect("the folder can be written to");
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.folder.path().join(name)).expect("the file is there");
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The history as it is now. Tables that are called `nowhere` and `missing` are what a server is meant not to
    /// find, and the checks of the files are told so.
    pub(crate) fn history(&self) -> Migrations {
        self.accepting(|message| {
            ["nowhere", "missing"].iter().any(|name| message.contains(&format!("`{name}`")))
        })
    }

    /// The history as it is now, as a published package has it: the checks of the files say nothing, and what they
    /// would have found meets the run.
    pub(crate) fn unchecked_history(&self) -> Migrations {
        Migrations::from_dir(self.folder.path(), self.options().published(true))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn options(&self) -> SourceOptions {
        SourceOptions::new(self.dialect).name(&*self.name).release(&*self.release)
    }

    fn accepting(&self, accept: impl Fn(&str) -> bool) -> Migrations {
        let options = self.options();
        let read = |options| Migrations::from_dir(self.folder.path(), options);
        let found = match read(options.clone()) {
            Ok(migrations) => return migrations,
            Err(found) => found,
        };
        let accepted = found.diagnostics().iter().filter(|found| accept(found.message()));
        let options = accepted.fold(options, |options, found| {
            let path = found.place().expect("it is in a file").path();
            let (script, code) = allowance(found.code(), path);
            options.allow(script, code)
        });
        read(options).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// A few tables and rows, each of them visible when it was made twice.
pub(crate) const SHOP: [(&str, &str); 3] = [
    (
        "0001_customers.sql",
        "CREATE TABLE customers (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(100) NOT NULL);\nINSERT INTO customers VALUES (1, 'a@example.org');\n",
    ),
    (
        "0002_orders.sql",
        "-- Each order belongs to a customer.\nCREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers (id));\n\nCREATE INDEX orders_by_customer ON orders (customer);\n",
    ),
    (
        "0003_rows.sql",
        "INSERT INTO customers VALUES (2, 'b@example.org');\nINSERT INTO orders VALUES (1, 2);\n",
    ),
];

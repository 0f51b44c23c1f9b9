//! For the tests of an application.

use std::fs;
use std::path::Path;

use migrate_core::lock_file::{NAME, UPDATE, render};

use crate::Migrations;

/// Asserts that the `migrate.lock` beside the migrations says what they are, for a test of your own:
///
/// ```
/// use migrate::{Migrations, migrations};
///
/// static MIGRATIONS: Migrations = migrations!("examples/quickstart/migrations", dialect = sqlite);
///
/// #[test]
/// fn the_lock_file_is_committed() {
///     migrate::testing::assert_lock(&MIGRATIONS);
/// }
/// ```
///
/// `UPDATE_MIGRATE_LOCK=1 cargo test` writes the file: the first time, and whenever a migration was added.
/// Commit it with the migrations. From then on `migrations!` and the sources that read at run time compare it
/// with the files, and
///
/// * two branches that each add a migration conflict in git when they are merged, instead of being applied in
///   an order that nobody has tested;
/// * an edit of a migration that is locked is an error.
///
/// A comment, white space and a down may change. A release build does not know the folder it was made from: the
/// test says so on standard error and passes, since the file was compared when it was compiled.
///
/// # Panics
///
/// When the file is missing or says something else, and when it cannot be read or written.
#[track_caller]
pub fn assert_lock(migrations: &Migrations) {
    let folder = &*migrations.data().folder;
    if folder.is_empty() {
        eprintln!("SKIPPED: only a debug build of `migrations!` knows the folder of {NAME}");
        return;
    }
    assert_lock_in(folder, migrations);
}

/// [`assert_lock`] for migrations that are read at run time from `folder`. Read them with
/// [`SourceOptions::lock_file(false)`](crate::SourceOptions::lock_file), since otherwise an old file is an error
/// before this can write it.
///
/// # Panics
///
/// As [`assert_lock`].
#[track_caller]
pub fn assert_lock_in(folder: impl AsRef<Path>, migrations: &Migrations) {
    let path = folder.as_ref().join(NAME);
    let expected = render(migrations);
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        match fs::write(&path, expected) {
            Ok(()) => return,
            Err(error) => panic!("{} cannot be written: {error}", path.display()),
        }
    }
    let found = match fs::read_to_string(&path) {
        Ok(found) => found.replace("\r\n", "\n"),
        Err(error) => panic!(
            "{} cannot be read: {error}; write it with `{UPDATE}=1 cargo test` and commit it",
            path.display()
        ),
    };
    if found != expected {
        let line = found.lines().zip(expected.lines()).skip(1).find(|(found, expected)| found != expected);
        let missing = expected.lines().nth(found.lines().count());
        let difference = match (line, missing) {
            (Some((found, expected)), _) => format!("\n  it says     {found}\n  and not     {expected}"),
            (None, Some(missing)) => format!("\n  it does not have  {missing}"),
            (None, None) => String::new(),
        };
        panic!(
            "{} does not say what the migrations are; write it with `{UPDATE}=1 cargo test` and commit it, or undo the change{difference}",
            path.display()
        );
    }
}

//! For the tests of an application.

use std::fs;
use std::path::Path;

use migrate_core::lock_file::{NAME, UPDATE, render};

use crate::Migrations;

/// Asserts that the `migrate.lock` beside the migrations says what they are, for a test of your own:
///
/// ```no_run
/// use migrate::{Migrations, migrations};
///
/// static MIGRATIONS: Migrations = migrations!("examples/quickstart/migrations", dialect = sqlite);
///
/// // `#[test]`
/// fn the_lock_file_is_that_of_the_migrations() {
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
    let update = std::env::var_os(UPDATE).is_some_and(|value| value == "1");
    if let Err(why) = compare_or_write(&folder.as_ref().join(NAME), &render(migrations), update) {
        panic!("{why}");
    }
}

fn compare_or_write(path: &Path, expected: &str, update: bool) -> Result<(), String> {
    let shown = path.display();
    if update {
        return fs::write(path, expected).map_err(|error| format!("{shown} cannot be written: {error}"));
    }
    let way_out = format!("write it with `{UPDATE}=1 cargo test` and commit it");
    let found =
        fs::read_to_string(path).map_err(|error| format!("{shown} cannot be read: {error}; {way_out}"))?;
    let found = found.replace("\r\n", "\n");
    if found == expected {
        return Ok(());
    }
    // The first line differs whenever another does, and says less.
    let count = found.lines().count().max(expected.lines().count());
    let line = |text: &str, index| text.lines().nth(index).unwrap_or("nothing").to_owned();
    let different = (1..count).chain([0]).find(|&index| line(&found, index) != line(expected, index));
    let difference = different.map_or_else(String::new, |index| {
        format!("\nline {}: {}\ninstead: {}", index + 1, line(&found, index), line(expected, index))
    });
    Err(format!("{shown} does not say what the migrations are; undo the change, or {way_out}{difference}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "migrate.lock v1 v1:22\n1 a v1:11\n2 b v1:22\n";

    #[test]
    fn the_file_is_written_when_it_is_wanted_and_agrees_then() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let missing = compare_or_write(&path, LOCK, false).unwrap_err();
        assert!(
            missing.ends_with("; write it with `UPDATE_MIGRATE_LOCK=1 cargo test` and commit it"),
            "{missing}"
        );
        assert_eq!(compare_or_write(&path, LOCK, true), Ok(()));
        assert_eq!(fs::read_to_string(&path).unwrap(), LOCK);
        assert_eq!(compare_or_write(&path, LOCK, false), Ok(()));
        fs::write(&path, LOCK.replace('\n', "\r\n")).unwrap();
        assert_eq!(compare_or_write(&path, LOCK, false), Ok(()));
    }

    #[test]
    fn the_first_migration_that_differs_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        for (found, line) in [
            ("migrate.lock v1 v1:11\n1 a v1:11\n", "\nline 3: nothing\ninstead: 2 b v1:22"),
            ("migrate.lock v1 v1:33\n1 a v1:11\n2 b v1:33\n", "\nline 3: 2 b v1:33\ninstead: 2 b v1:22"),
            (
                "migrate.lock v1 v1:33\n1 a v1:11\n2 b v1:22\n",
                "\nline 1: migrate.lock v1 v1:33\ninstead: migrate.lock v1 v1:22",
            ),
        ] {
            fs::write(&path, found).unwrap();
            let error = compare_or_write(&path, LOCK, false).unwrap_err();
            assert!(error.ends_with(line), "{error}");
        }
    }

    #[test]
    fn a_folder_that_is_gone_is_named() {
        let path = Path::new("no such folder").join(NAME);
        let error = compare_or_write(&path, LOCK, true).unwrap_err();
        assert!(error.starts_with("no such folder/migrate.lock cannot be written: "), "{error}");
    }
}

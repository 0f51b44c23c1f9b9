//! One folder read by the macro and at run time.

use std::path::Path;

use migrate::{Dialect, Migrations, migrations};
use migrate_core::check::Options;
use migrate_core::source::stale;

static GOOD: Migrations = migrations!("tests/ui/data/good", dialect = postgres, ignore = ["seed.sql"]);
static DIESEL: Migrations = migrations!("tests/ui/data/diesel", dialect = sqlite);

static LOCKED: Migrations = migrations!("tests/ui/data/locked", dialect = postgres);

fn path(folder: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

#[test]
fn the_macro_and_a_folder_agree() {
    let options = Options::new(Dialect::Postgres).ignore(["seed.sql"]);
    let good = Migrations::from_dir(path("tests/ui/data/good"), options).unwrap();
    let diesel = Migrations::from_dir(path("tests/ui/data/diesel"), Dialect::Sqlite).unwrap();
    for (embedded, read) in [(&GOOD, &good), (&DIESEL, &diesel)] {
        assert_eq!(embedded.fingerprint(), read.fingerprint());
        assert_eq!(embedded.text_fingerprint(), read.text_fingerprint());
        assert_eq!(embedded.len(), read.len());
        for (a, b) in embedded.iter().zip(read.iter()) {
            assert_eq!((a.version(), a.name()), (b.version(), b.name()));
            assert_eq!(a.up().text(), b.up().text());
            assert_eq!(a.up().data().statements, b.up().data().statements);
            assert_eq!(a.up().data().token_checksum, b.up().data().token_checksum);
            assert_eq!(a.down().map(|script| script.body()), b.down().map(|script| script.body()));
        }
    }
}

#[cfg(feature = "include_dir")]
#[test]
fn the_macro_and_include_dir_agree() {
    static DIR: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/tests/ui/data/good");
    let options = Options::new(Dialect::Postgres).ignore(["seed.sql"]);
    let read = Migrations::from_include_dir(&DIR, options).unwrap();
    assert_eq!(GOOD.fingerprint(), read.fingerprint());
    assert_eq!(GOOD.text_fingerprint(), read.text_fingerprint());
}

#[test]
fn a_lock_file_that_agrees_is_asserted_and_is_no_migration() {
    migrate::testing::assert_lock(&LOCKED);
    migrate::testing::assert_lock_in(path("tests/ui/data/locked"), &LOCKED);
    assert_eq!(LOCKED.len(), 3);
    // Whoever writes it anew while a program is tested does not make that program stale.
    assert!(!LOCKED.data().files.iter().any(|file| file == "migrate.lock"));
    assert_eq!(stale(&LOCKED), None);
}

#[test]
#[should_panic(expected = "does not say what the migrations are; undo the change, or write it with")]
fn a_lock_file_of_other_migrations_is_a_failed_assertion() {
    migrate::testing::assert_lock_in(path("tests/ui/data/locked"), &GOOD);
}

#[cfg(debug_assertions)]
#[test]
fn a_debug_build_knows_its_folder_and_is_not_stale() {
    let data = GOOD.data();
    assert!(Path::new(&*data.folder).ends_with("tests/ui/data/good"));
    assert_eq!(*data.files, ["1_a.sql", "2_b.down.sql", "2_b.up.sql"]);
    assert_eq!(*DIESEL.data().files, ["1_a b/metadata.toml", "1_a b/up.sql"]);
    assert_eq!(stale(&GOOD), None);
    assert_eq!(stale(&DIESEL), None);
}

#[cfg(not(debug_assertions))]
#[test]
fn a_release_build_carries_no_path_of_the_machine_that_built_it() {
    assert_eq!(GOOD.data().folder, "");
    assert!(GOOD.data().files.is_empty());
    assert_eq!(stale(&GOOD), None);
}

//! Reading a folder: what is never opened, what leaves it, and what a debug build notices about it.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use migrate_core::check::Options;
use migrate_core::migrations::Data;
use migrate_core::source::{MAX_FILE_LEN, folder, stale};
use migrate_core::{Dialect, Migrations};

fn codes(path: &Path) -> Vec<(&'static str, String)> {
    let error = Migrations::from_dir(path, Dialect::Postgres).unwrap_err();
    error
        .diagnostics()
        .iter()
        .map(|d| (d.code(), d.message().replace(&*path.to_string_lossy(), "M")))
        .collect()
}

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

#[test]
fn a_missing_folder_and_a_file_instead_of_one_are_errors() {
    let dir = folder_with(&[("file", "")]);
    let missing = dir.path().join("nowhere");
    assert_eq!(codes(&missing), [("folder-unreadable", "the folder M does not exist".to_owned())]);
    let file = dir.path().join("file");
    assert_eq!(codes(&file), [("folder-unreadable", "M is not a folder".to_owned())]);
}

#[test]
fn the_order_does_not_depend_on_the_disk() {
    let dir = folder_with(&[("3_c.sql", "SELECT 3"), ("1_a.sql", "SELECT 1"), ("2_b.sql", "SELECT 2")]);
    let files = folder::read(dir.path(), dir.path(), "m", &[]).unwrap();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["1_a.sql", "2_b.sql", "3_c.sql"]);
}

#[test]
fn a_file_over_the_limit_is_refused_without_reading_it() {
    let dir = folder_with(&[("1_a.sql", "SELECT 1")]);
    // A sparse file: it has the size and no content.
    fs::File::create(dir.path().join("2_b.sql")).unwrap().set_len(1 << 40).unwrap();
    fs::File::create(dir.path().join("3_c.sql")).unwrap().set_len(MAX_FILE_LEN + 1).unwrap();
    assert_eq!(
        codes(dir.path()),
        [
            ("too-large", "M/2_b.sql is too large: 1048576 MiB, the limit is 16 MiB".to_owned()),
            ("too-large", "M/3_c.sql is too large: 17 MiB, the limit is 16 MiB".to_owned()),
        ]
    );
}

#[test]
fn folders_inside_of_a_migration_are_refused() {
    let dir = folder_with(&[("1_a/up.sql", "SELECT 1"), ("1_a/more/up.sql", ""), ("2_b/up.sql/x", "")]);
    assert_eq!(
        codes(dir.path()),
        [
            ("stray-file", "M/1_a/more is not a migration".to_owned()),
            ("too-deep", "M/2_b/up.sql is a folder where a file is expected".to_owned()),
        ]
    );
}

#[cfg(unix)]
mod unix {
    use std::io::Write as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_fifo_and_a_device_are_refused_without_opening_them() {
        let dir = folder_with(&[]);
        let fifo = dir.path().join("1_a.sql");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
        assert!(made.success());
        // A socket, which is no regular file either.
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("2_b.sql")).unwrap();
        assert_eq!(
            codes(dir.path()),
            [
                ("not-a-file", "M/1_a.sql is not a regular file".to_owned()),
                ("not-a-file", "M/2_b.sql is not a regular file".to_owned()),
            ]
        );
    }

    #[test]
    fn links_stay_in_the_folder() {
        let outside = folder_with(&[("x.sql", "SELECT 1"), ("d/up.sql", "SELECT 1")]);
        let dir = folder_with(&[("1_a.sql", "SELECT 1"), (".data/5.sql", "SELECT 5")]);
        symlink(outside.path().join("x.sql"), dir.path().join("2_b.sql")).unwrap();
        symlink("nowhere", dir.path().join("3_c.sql")).unwrap();
        symlink(outside.path().join("d"), dir.path().join("4_d")).unwrap();
        // As a Kubernetes volume has it.
        symlink(".data/5.sql", dir.path().join("5_e.sql")).unwrap();
        let codes = codes(dir.path());
        assert_eq!(codes.len(), 3, "{codes:?}");
        assert_eq!(codes[0].0, "leaves-crate");
        assert!(
            codes[0].1.starts_with("M/2_b.sql is a symbolic link that leaves the crate, to /"),
            "{codes:?}"
        );
        assert_eq!(codes[1].0, "unreadable");
        assert_eq!(codes[2], ("stray-file", "M/4_d is not a migration".to_owned()));
    }

    #[test]
    fn a_folder_that_is_a_link_out_of_the_crate_is_refused() {
        let outside = folder_with(&[("1_a.sql", "SELECT 1")]);
        let package = folder_with(&[]);
        symlink(outside.path(), package.path().join("migrations")).unwrap();
        let error =
            folder::read(&package.path().join("migrations"), package.path(), "migrations", &[]).unwrap_err();
        assert_eq!(error.diagnostics()[0].code(), "leaves-crate");
    }

    #[test]
    fn a_name_that_is_not_unicode_is_an_error_and_no_panic() {
        let dir = folder_with(&[]);
        let name = std::ffi::OsStr::from_bytes(b"1_\xFF.sql");
        if fs::write(dir.path().join(name), "SELECT 1").is_err() {
            let _ = writeln!(std::io::stderr(), "SKIPPED: this disk keeps Unicode names only");
            return;
        }
        assert_eq!(
            codes(dir.path()),
            [("name-not-unicode", "the name of M/1_\u{fffd}.sql is not Unicode".to_owned())]
        );
    }
}

fn embedded(dir: &Path, files: &[&str]) -> Migrations {
    let read = Migrations::from_dir(dir, Options::new(Dialect::Postgres).ignore(["seed.sql"])).unwrap();
    Migrations::new(Data {
        folder: Cow::Owned(dir.to_string_lossy().into_owned()),
        files: files.iter().map(|file| Cow::Owned((*file).to_owned())).collect(),
        ..read.data().clone()
    })
}

#[test]
fn a_debug_build_notices_files_that_were_added_or_removed() {
    let dir = folder_with(&[("1_a.sql", "SELECT 1"), ("README.md", ""), ("seed.sql", "")]);
    let migrations = embedded(dir.path(), &["1_a.sql"]);
    assert_eq!(stale(&migrations), None);
    fs::write(dir.path().join("2_b.sql"), "SELECT 2").unwrap();
    fs::write(dir.path().join("3_c.sql"), "SELECT 3").unwrap();
    let found = stale(&migrations).unwrap();
    assert_eq!(found.added, ["2_b.sql", "3_c.sql"]);
    assert_eq!(found.removed, [""; 0]);
    let message = found.to_string();
    let begin = "this binary is stale: 2 files (2_b.sql, 3_c.sql) in ";
    assert!(message.starts_with(begin) && message.contains(" are not embedded; build again"), "{message}");
    // The line of the build script names this folder, not the usual one.
    let folder = dir.path().display();
    assert!(message.contains(&format!("cargo:rerun-if-changed={folder}\"")), "{message}");
    fs::remove_file(dir.path().join("1_a.sql")).unwrap();
    assert_eq!(stale(&migrations).unwrap().removed, ["1_a.sql"]);
}

#[test]
fn a_copied_binary_and_a_release_build_are_not_stale() {
    let dir = folder_with(&[("1_a.sql", "SELECT 1")]);
    let migrations = embedded(dir.path(), &["1_a.sql"]);
    let run_time = Migrations::from_dir(dir.path(), Dialect::Postgres).unwrap();
    fs::write(dir.path().join("2_b.sql"), "SELECT 2").unwrap();
    assert_eq!(stale(&run_time), None);
    drop(dir);
    assert_eq!(stale(&migrations), None);
}

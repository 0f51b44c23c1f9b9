//! The sources agree, and the fingerprint is one of meaning and order.

use migrate_core::check::{Options, check};
use migrate_core::{Dialect, Migrations, checksum};

use crate::text::file;

fn migrations(files: &[(&str, &str)]) -> Migrations {
    let files: Vec<_> = files.iter().map(|(path, text)| file(path, text.as_bytes())).collect();
    check(&files, &Options::new(Dialect::Postgres)).into_result().unwrap()
}

#[test]
fn the_fingerprint_of_a_prefix_is_that_of_the_shorter_history() {
    let long = migrations(&[("1_a.sql", "SELECT 1"), ("2_b.sql", "SELECT 2"), ("3_c.sql", "SELECT 3")]);
    let short = migrations(&[("1_a.sql", "SELECT 1"), ("2_b.sql", "SELECT 2")]);
    let prefix = checksum::fingerprint(long.iter().take(2).map(|migration| {
        (migration.version(), migration.up().data().token_checksum, migration.up().transactional())
    }));
    assert_eq!(prefix, short.fingerprint());
    assert_ne!(long.fingerprint(), short.fingerprint());
}

#[test]
fn names_and_downs_are_not_part_of_the_fingerprint_and_versions_are() {
    let one = migrations(&[("1_a.sql", "SELECT 1")]);
    assert_eq!(migrations(&[("001_renamed.sql", "SELECT 1")]).fingerprint(), one.fingerprint());
    assert_eq!(
        migrations(&[("1_a.down.sql", "SELECT 0"), ("1_a.up.sql", "SELECT 1")]).fingerprint(),
        one.fingerprint()
    );
    assert_ne!(migrations(&[("2_a.sql", "SELECT 1")]).fingerprint(), one.fingerprint());
}

#[test]
fn the_same_history_in_two_layouts_has_one_fingerprint() {
    let sql = "CREATE TABLE a (x INT);";
    let plain = migrations(&[("1_a.sql", sql)]);
    assert_eq!(migrations(&[("V1__a.sql", sql)]).fingerprint(), plain.fingerprint());
    assert_eq!(migrations(&[("V0001.a.up.sql", sql)]).fingerprint(), plain.fingerprint());
    assert_eq!(migrations(&[("1_a/up.sql", sql)]).fingerprint(), plain.fingerprint());
}

#[test]
fn the_name_and_release_are_those_of_the_options() {
    let checked = check(&[], &Options::new(Dialect::Sqlite).name("auth").release("2.1.0"));
    let migrations = checked.migrations.unwrap();
    assert_eq!((migrations.name(), migrations.release()), ("auth", "2.1.0"));
    assert_eq!(migrations.dialect(), Dialect::Sqlite);
    assert!(migrations.is_empty());
}

#[test]
fn a_name_that_does_not_fit_the_key_of_the_history_is_an_error() {
    for name in ["", "naïve", "line\nbreak", &"x".repeat(101)] {
        let checked = check(&[], &Options::new(Dialect::Sqlite).name(name));
        assert!(checked.migrations.is_none(), "{name:?}");
        assert_eq!(checked.diagnostics[0].code(), "bad-history-name");
    }
}

#[cfg(feature = "include_dir")]
#[test]
fn a_folder_and_the_same_folder_embedded_agree() {
    use include_dir::{Dir, DirEntry, File};

    static GOOD: Dir<'_> = Dir::new(
        "",
        &[
            DirEntry::File(File::new("README.md", b"")),
            DirEntry::Dir(Dir::new(
                "2_b",
                &[
                    DirEntry::File(File::new("2_b/up.sql", b"\xEF\xBB\xBFSELECT 2;\r\n")),
                    DirEntry::File(File::new("2_b/metadata.toml", b"run_in_transaction = false\n")),
                ],
            )),
            DirEntry::Dir(Dir::new("1_a", &[DirEntry::File(File::new("1_a/up.sql", b"SELECT 1;"))])),
        ],
    );
    static BAD: Dir<'_> = Dir::new(
        "",
        &[
            DirEntry::File(File::new("stray.txt", b"")),
            DirEntry::Dir(Dir::new("1_a", &[DirEntry::File(File::new("1_a/up.sql", b"SELECT 'open"))])),
            DirEntry::Dir(Dir::new("seeds", &[DirEntry::File(File::new("seeds/x.sql", b""))])),
        ],
    );
    let options = || Options::new(Dialect::Postgres).ignore(["seeds"]);

    for dir in [&GOOD, &BAD] {
        let folder = tempfile::tempdir().unwrap();
        dir.dirs().for_each(|dir| std::fs::create_dir(folder.path().join(dir.path())).unwrap());
        dir.extract(folder.path()).unwrap();
        let shown = format!("{}/", folder.path().display());
        let from_dir = Migrations::from_dir(folder.path(), options());
        let from_include_dir = Migrations::from_include_dir(dir, options());
        match (from_dir, from_include_dir) {
            (Ok(a), Ok(b)) => {
                assert_eq!(a.fingerprint(), b.fingerprint());
                assert_eq!(a.text_fingerprint(), b.text_fingerprint());
                assert!(!a.get(1).unwrap().up().transactional());
            }
            (Err(a), Err(b)) => assert_eq!(a.to_string().replace(&shown, ""), b.to_string()),
            (a, b) => panic!("{a:?} and {b:?}"),
        }
    }
}

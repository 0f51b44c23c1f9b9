//! The lock file: what may change without it, and that git notices two branches. What is wrong with one is in
//! the cases whose names begin with `lock`.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use migrate_core::check::{Options, check};
use migrate_core::source::File;
use migrate_core::{Dialect, Migrations, lock_file};

use crate::text::file;

fn migrations(files: &[(&str, &str)]) -> Migrations {
    let files: Vec<_> = files.iter().map(|(path, text)| file(path, text.as_bytes())).collect();
    check(&files, &Options::new(Dialect::Postgres)).into_result().unwrap()
}

fn codes(files: &[(&str, &str)], lock: &str) -> Vec<&'static str> {
    let mut files: Vec<File> = files.iter().map(|(path, text)| file(path, text.as_bytes())).collect();
    files.push(file("migrate.lock", lock.as_bytes()));
    let checked = check(&files, &Options::new(Dialect::Postgres));
    checked.diagnostics.iter().map(|diagnostic| diagnostic.code()).collect()
}

const HISTORY: [(&str, &str); 3] = [
    ("1_a.sql", "CREATE TABLE a (x INT);"),
    ("2_b c.down.sql", "DROP TABLE b;"),
    ("2_b c.up.sql", "CREATE TABLE b (x INT);"),
];

#[test]
fn the_first_line_has_the_fingerprint_and_the_last_as_well() {
    let migrations = migrations(&HISTORY);
    let lock = lock_file::render(&migrations);
    let lines: Vec<&str> = lock.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], format!("migrate.lock v1 {}", migrations.fingerprint()));
    assert!(lines[1].starts_with("1 a v1:"));
    assert_eq!(lines[2], format!("2 b c {}", migrations.fingerprint()));
}

#[test]
fn comments_line_ends_and_downs_may_change() {
    let lock = lock_file::render(&migrations(&HISTORY));
    assert_eq!(codes(&HISTORY, &lock), [""; 0]);
    assert_eq!(codes(&HISTORY, &lock.replace('\n', "\r\n")), [""; 0]);
    let edited = [
        ("1_a.sql", "-- why\r\nCREATE TABLE a\r\n(x INT);\r\n"),
        ("2_b c.down.sql", "DROP TABLE IF EXISTS b;"),
        ("2_b c.up.sql", "CREATE TABLE b (x INT);"),
    ];
    assert_eq!(codes(&edited, &lock), [""; 0]);
}

#[test]
fn what_is_locked_is_not_remarked_on_again_and_errors_stay() {
    let history = [
        ("1_a.down.sql", "SELECT 1;"),
        ("1_a.up.sql", "CREATE TABLE a (x INT);"),
        ("2_b.down.sql", "SELECT 1;"),
        ("2_b.up.sql", "CREATE TABLE b (x INT);"),
    ];
    let lock = lock_file::render(&migrations(&history[..2]));
    // The second is new: its down is remarked on, beside the lock file that has to be written.
    assert_eq!(codes(&history, &lock), ["down-differs", "lock-added"]);
    let all = lock_file::render(&migrations(&history));
    assert_eq!(codes(&history, &all), [""; 0]);
    let broken = [("1_a.down.sql", "DROP TABLE b;"), history[1], history[2], history[3]];
    assert_eq!(codes(&broken, &all), ["unknown-table"]);
}

#[test]
fn an_edit_of_one_migration_is_not_one_of_those_behind_it() {
    let lock = lock_file::render(&migrations(&[("1_a.sql", "A"), ("2_b.sql", "B"), ("3_c.sql", "C")]));
    assert_eq!(codes(&[("1_a.sql", "A2"), ("2_b.sql", "B"), ("3_c.sql", "C")], &lock), ["lock-edited"]);
    let twice = [("1_a.sql", "A2"), ("2_b.sql", "B"), ("3_c.sql", "C2")];
    assert_eq!(codes(&twice, &lock), ["lock-edited", "lock-edited"]);
    let other_mode = [("1_a.sql", "A"), ("2_b.sql", "-- migrate(no-transaction)\nB"), ("3_c.sql", "C")];
    assert_eq!(codes(&other_mode, &lock), ["lock-edited"]);
}

#[test]
fn a_lock_file_may_be_left_out_or_ignored() {
    let files = [file("1_a.sql", b"SELECT 1"), file("migrate.lock", b"nonsense")];
    let options = || Options::new(Dialect::Postgres);
    assert!(check(&files, &options()).migrations.is_none());
    assert!(check(&files, &options().lock_file(false)).migrations.is_some());
    assert!(check(&files, &options().published(true)).migrations.is_some());
    let ignored = check(&files, &options().ignore(["migrate.lock"]));
    assert!(ignored.migrations.is_some() && ignored.diagnostics.is_empty());
}

#[test]
fn a_lock_file_is_compared_by_the_source_that_reads_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("1_a.sql"), "SELECT 1;").unwrap();
    let read = || Migrations::from_dir(folder.path(), Dialect::Sqlite);
    let lock = lock_file::render(&read().unwrap());
    fs::write(folder.path().join("migrate.lock"), lock).unwrap();
    assert_eq!(read().unwrap().len(), 1);
    fs::write(folder.path().join("2_b.sql"), "SELECT 2;").unwrap();
    let error = read().unwrap_err();
    assert_eq!(error.diagnostics()[0].code(), "lock-added");
}

#[cfg(feature = "include_dir")]
#[test]
fn a_lock_file_is_compared_by_the_source_that_is_embedded() {
    use include_dir::{Dir, DirEntry, File};

    static DIR: Dir<'_> = Dir::new(
        "",
        &[
            DirEntry::File(File::new("1_a.sql", b"SELECT 1;")),
            DirEntry::File(File::new("migrate.lock", b"nonsense\n")),
        ],
    );
    let error = Migrations::from_include_dir(&DIR, Dialect::Sqlite).unwrap_err();
    assert_eq!(error.diagnostics()[0].code(), "lock-damaged");
}

#[test]
fn no_lock_file_causes_a_panic() {
    let lock = lock_file::render(&migrations(&HISTORY));
    for end in 0..lock.len() {
        let _ = codes(&HISTORY, &lock[..end]);
        let _ = codes(&HISTORY, &lock[end..]);
        let _ = codes(&HISTORY, &format!("{}ä{}", &lock[..end], &lock[end..]));
        let _ = codes(&HISTORY, &format!("{} \n{}", &lock[..end], &lock[end..]));
    }
}

/// A repository with one migration and, when it is wanted, its lock file.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            let _ = writeln!(std::io::stderr(), "SKIPPED: git is not installed");
            assert!(std::env::var_os("CI").is_none(), "with CI set nothing may be skipped");
            return None;
        }
        let repository = Repository(tempfile::tempdir().unwrap());
        assert!(repository.git(&["init", "-q", "-b", "main"]));
        Some(repository)
    }

    fn git(&self, arguments: &[&str]) -> bool {
        // No setting of this machine, such as a signature or a hook, has a part in it.
        let mut command = Command::new("git");
        command
            .current_dir(&self.0)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null");
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(variable);
        }
        command.args(["-c", "user.name=test", "-c", "user.email=test@example.com"]).args(arguments);
        command.output().unwrap().status.success()
    }

    fn commit(&self, name: &str, locked: bool) {
        fs::write(self.path().join(name), format!("SELECT '{name}';\n")).unwrap();
        if locked {
            let options = Options::new(Dialect::Postgres).lock_file(false);
            let lock = lock_file::render(&Migrations::from_dir(self.path(), options).unwrap());
            fs::write(self.path().join("migrate.lock"), lock).unwrap();
        }
        assert!(self.git(&["add", "-A"]) && self.git(&["commit", "-q", "-m", name]));
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Two branches add one migration each; whether git merges them.
    fn two_branches_merge(&self, locked: bool) -> bool {
        self.commit("1_a.sql", locked);
        assert!(self.git(&["switch", "-q", "-c", "one"]));
        self.commit("2_b.sql", locked);
        assert!(self.git(&["switch", "-q", "-c", "other", "main"]));
        self.commit("3_c.sql", locked);
        self.git(&["merge", "-q", "--no-edit", "one"])
    }
}

#[test]
fn two_branches_that_each_add_a_migration_conflict_in_git() {
    let Some(without) = Repository::new() else { return };
    assert!(without.two_branches_merge(false), "without a lock file nothing keeps them apart");

    let Some(with) = Repository::new() else { return };
    assert!(!with.two_branches_merge(true));
    let conflict = fs::read_to_string(with.path().join("migrate.lock")).unwrap();
    assert!(conflict.starts_with("<<<<<<< "), "{conflict}");
    let error = Migrations::from_dir(with.path(), Dialect::Postgres).unwrap_err().to_string();
    assert!(error.contains("help: two branches added migrations"), "{error}");

    // The way out that the error names.
    let options = Options::new(Dialect::Postgres).lock_file(false);
    let lock = lock_file::render(&Migrations::from_dir(with.path(), options).unwrap());
    fs::write(with.path().join("migrate.lock"), lock).unwrap();
    assert_eq!(Migrations::from_dir(with.path(), Dialect::Postgres).unwrap().len(), 3);
}

#[test]
fn a_merge_in_which_both_lines_are_kept_by_hand_is_noticed() {
    let base = ("1_a.sql", "SELECT 1");
    let one = [base, ("2_b.sql", "SELECT 2")];
    let other = [base, ("3_c.sql", "SELECT 3")];
    let both = [base, one[1], other[1]];
    let last = |lock: &str| lock.lines().last().unwrap_or_default().to_owned();
    let (lock_one, lock_other) =
        (lock_file::render(&migrations(&one)), lock_file::render(&migrations(&other)));
    let kept = format!("{lock_one}{}\n", last(&lock_other));
    assert_eq!(codes(&both, &kept), ["lock-edited"]);
    let turned = format!("{lock_other}{}\n", last(&lock_one));
    assert_eq!(codes(&both, &turned), ["lock-edited", "lock-reordered"]);
}

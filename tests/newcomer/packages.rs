//! What is published: our own packages hold what they should and build, and a history in a package of somebody
//! else works where nothing can be written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use migrate::{Dialect, Migrations, SourceOptions};
use migrate_test_support::process::start;

use crate::outside::{Outside, cargo, checkout};

/// Our packages, each with where it is in the workspace.
const OURS: [(&str, &str); 4] = [
    ("migrate-rs", ""),
    ("migrate-core", "migrate-core"),
    ("migrate-macros", "migrate-macros"),
    ("migrate-drivers", "migrate-drivers"),
];

fn must(command: Command) {
    let shown = format!("{command:?}");
    let outcome = start(command).wait();
    assert!(outcome.status.success(), "{shown}:\n{}{}", outcome.stdout, outcome.stderr);
}

/// Where packages are unpacked. The same at each run, so that what is built of them takes the place of what
/// the last run has built.
fn registry() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("registry")
}

/// Packs with cargo, and unpacks as cargo does.
fn publish(outside: &Outside, folder: &Path, arguments: &[&str], packages: &[String]) {
    let packed = outside.path("packed");
    let mut pack = cargo(folder, &["package", "--quiet", "--no-verify", "--allow-dirty", "--target-dir"]);
    pack.arg(&packed).args(arguments);
    must(pack);
    for package in packages {
        let mut unpack = Command::new("tar");
        // With the time of now: cargo would take a changed file with the time of the package for an old one.
        unpack.arg("-xmzf").arg(packed.join(format!("package/{package}.crate"))).arg("-C").arg(registry());
        must(unpack);
        fs::write(registry().join(package).join(".cargo-ok"), "{\"v\":1}")
            .expect("the folder can be written to");
    }
}

/// The paths of all files under `folder`.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(prefix) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder.join(&prefix)) else { continue };
        for entry in entries.map(|entry| entry.expect("it can be listed")) {
            let path = prefix.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else {
                found.insert(path.display().to_string());
            }
        }
    }
    found
}

/// Takes the right to write from everybody, until it is dropped.
struct ReadOnly(PathBuf);

impl ReadOnly {
    fn new(folder: PathBuf) -> ReadOnly {
        must(chmod("a-w", &folder));
        ReadOnly(folder)
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        let _ = chmod("u+w", &self.0).status();
    }
}

fn chmod(change: &str, folder: &Path) -> Command {
    let mut chmod = Command::new("chmod");
    chmod.args(["-R", change]).arg(folder);
    chmod
}

const LIBRARY: &str = r#"//! Brings its own tables.

pub use database as migrate;

/// The tables of this crate.
pub static MIGRATIONS: database::Migrations =
    database::migrations!("migrations", dialect = sqlite, ignore = ["seed.sql"]);
"#;

const APPLICATION: &str = r#"use history::migrate::{Migrations, migrations};
use schema::Migrator;

static OWN: Migrations = migrations!("db/migrations", dialect = sqlite);

#[tokio::main]
async fn main() -> Result<(), schema::Error> {
    println!("{}", history::MIGRATIONS.fingerprint());
    let migrator = Migrator::new("sqlite://app.db?mode=rwc").history(&history::MIGRATIONS).history(&OWN);
    println!("{}", migrator.run().await?);
    for status in Migrator::new("sqlite://app.db").history(&history::MIGRATIONS).history(&OWN).status().await? {
        println!("{} {} {:?} {:?}", status.history, status.version, status.state, status.release);
    }
    Ok(())
}
"#;

#[test]
fn packages_hold_what_they_should_and_a_history_in_a_read_only_package_is_applied() {
    let mut outside = Outside::new();
    if registry().exists() {
        // A run that was killed leaves it read-only.
        must(chmod("u+w", &registry()));
        fs::remove_dir_all(registry()).expect("it can be removed");
    }
    fs::create_dir_all(registry()).expect("the folder can be written to");
    let version = env!("CARGO_PKG_VERSION");
    let all: Vec<&str> = OURS.iter().flat_map(|(name, _)| ["--package", name]).collect();
    let names: Vec<String> = OURS.iter().map(|(name, _)| format!("{name}-{version}")).collect();
    publish(&outside, checkout(), &all, &names);

    // Of the root, which holds the tests and the other packages as well, what `include` says.
    let packed = files(&registry().join(format!("migrate-rs-{version}")));
    let mut expected: BTreeSet<String> =
        ["Cargo.toml", "Cargo.toml.orig", "Cargo.lock", ".cargo-ok"].map(str::to_owned).into();
    for part in ["src", "examples"] {
        expected.extend(files(&checkout().join(part)).into_iter().map(|file| format!("{part}/{file}")));
    }
    // It is a package of its own, which needs the checkout.
    expected.retain(|file| !file.starts_with("examples/broken/"));
    for document in ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        expected.extend(checkout().join(document).exists().then(|| document.to_owned()));
    }
    // Only from a checkout of git.
    let packed: BTreeSet<String> = packed.into_iter().filter(|file| file != ".cargo_vcs_info.json").collect();
    assert_eq!(packed, expected);
    assert!(packed.contains("README.md") && packed.contains("src/lib.rs"), "{packed:?}");
    for (name, folder) in &OURS[1..] {
        let packed = files(&registry().join(format!("{name}-{version}")));
        let source = files(&checkout().join(folder).join("src"));
        assert!(source.iter().all(|file| packed.contains(&format!("src/{file}"))), "{name}: {packed:?}");
    }

    // A library with a history, which knows us under another name.
    outside.package("shop-history", "--lib");
    outside.dependencies(
        "shop-history",
        &format!(
            "exclude = [\"migrations/seed.sql\"]\n\n[dependencies]\ndatabase = {{ package = \"migrate-rs\", version = \"{version}\", \
             path = {:?}, default-features = false }}\n",
            checkout()
        ),
    );
    outside.write("shop-history/src/lib.rs", LIBRARY);
    outside.write("shop-history/migrations/1_carts.up.sql", "CREATE TABLE carts (id INTEGER PRIMARY KEY);\n");
    outside.write(
        "shop-history/migrations/2_items.up.sql",
        "CREATE TABLE items (cart INTEGER REFERENCES carts (id));\n",
    );
    // It is misspelled, and drops what is not there; the next one leaves behind what its up has made.
    outside.write("shop-history/migrations/2_items.down.sql", "DROP TABL items;\nDROP TABLE nowhere;\n");
    outside.write("shop-history/migrations/1_carts.down.sql", "SELECT 1;\n");
    outside.write("shop-history/migrations/seed.sql", "INSERT INTO carts VALUES (1);\n");
    publish(
        &outside,
        &outside.path("shop-history"),
        &["--exclude-lockfile"],
        &["shop-history-0.1.0".to_owned()],
    );
    assert!(!registry().join("shop-history-0.1.0/migrations/seed.sql").exists());
    let _read_only = ReadOnly::new(registry());

    // An application that has it from the registry, and us as well, under a third name.
    outside.package("app", "--bin");
    let mut manifest = format!(
        "[dependencies]\nhistory = {{ package = \"shop-history\", path = {:?} }}\n\
         schema = {{ package = \"migrate-rs\", version = \"{version}\", features = [\"sqlite\"] }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n[patch.crates-io]\n",
        registry().join("shop-history-0.1.0")
    );
    for (name, _) in OURS {
        let unpacked = registry().join(format!("{name}-{version}"));
        manifest.push_str(&format!("{name} = {{ path = {unpacked:?} }}\n"));
    }
    outside.dependencies("app", &manifest);
    outside.write("app/src/main.rs", APPLICATION);
    outside.write("app/db/migrations/1_people.sql", "CREATE TABLE people (id INTEGER PRIMARY KEY);\n");
    let run = outside.succeeds("app", &["run"]);
    // Nothing about the files, also not that an ignored one is missing: who builds this cannot change them.
    for word in ["warning", "note:", "note[", "error:", "error[", "shop-history/migrations", "items"] {
        assert!(!run.stderr.contains(word), "{word}: {}", run.stderr);
    }

    let options = SourceOptions::new(Dialect::Sqlite).ignore(["seed.sql"]);
    let folder = outside.path("shop-history/migrations");
    let refused = Migrations::from_dir(&folder, options.clone()).expect_err("its owner is told");
    assert!(refused.to_string().contains("nowhere"), "{refused}");
    let read = Migrations::from_dir(&folder, options.published(true)).expect("they can be read");
    assert_eq!(run.stdout.lines().next(), Some(&*read.fingerprint().to_string()));
    assert!(run.stdout.contains("3 migrations applied in "), "{}", run.stdout);
    let status = "shop-history 1 Some(Applied) Some(\"0.1.0\")\nshop-history 2 Some(Applied) Some(\"0.1.0\")\n\
                  app 1 Some(Applied) Some(\"0.1.0\")\n";
    assert!(run.stdout.ends_with(status), "{}", run.stdout);
    let again = outside.run_as_built("app");
    assert!(
        again.status.success() && again.stdout.contains("nothing was pending"),
        "{}{}",
        again.stdout,
        again.stderr
    );
}

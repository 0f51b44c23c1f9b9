//! Histories of real projects, which are not part of this repository: `MIGRATE_CORPUS` names the folder that
//! holds them. A program that embeds them all has what a folder read at run time has, in the order of the tool
//! that owns them.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use migrate::{Dialect, Migrations, SourceOptions};

use crate::describe::describe;
use crate::outside::{Outside, checkout, copy};

/// How the owning tool orders a set.
#[derive(Clone, Copy)]
enum Order {
    /// sqlx: files, by the number that they begin with.
    Sqlx,
    /// diesel: folders, by what stands before the first underscore as text, without dashes.
    Diesel,
    /// authelia: files, by the number after the V.
    Authelia,
}

const SETS: [(&str, Dialect, Order); 12] = [
    ("crates-io/migrations", Dialect::Postgres, Order::Diesel),
    ("atuin/atuin-ai/migrations", Dialect::Sqlite, Order::Sqlx),
    ("atuin/atuin-client/meta-migrations", Dialect::Sqlite, Order::Sqlx),
    ("atuin/atuin-client/migrations", Dialect::Sqlite, Order::Sqlx),
    ("atuin/atuin-client/record-migrations", Dialect::Sqlite, Order::Sqlx),
    ("atuin/atuin-kv/migrations", Dialect::Sqlite, Order::Sqlx),
    ("atuin/atuin-scripts/migrations", Dialect::Sqlite, Order::Sqlx),
    ("atuin/atuin-server-postgres/migrations", Dialect::Postgres, Order::Sqlx),
    ("atuin/atuin-server-sqlite/migrations", Dialect::Sqlite, Order::Sqlx),
    ("authelia/migrations/mysql", Dialect::MySql, Order::Authelia),
    ("authelia/migrations/postgres", Dialect::Postgres, Order::Authelia),
    ("authelia/migrations/sqlite", Dialect::Sqlite, Order::Authelia),
];

/// What `migrations!` needs to be told about a set. The findings are what the databases refuse as well.
fn arguments(set: &str) -> &'static str {
    match set.split('/').next() {
        Some("crates-io") => {
            ", ignore = [\"data_oauth_github.sql\"],
            allow(\"20170318181441/down\", syntax-error, \"a semicolon is missing\"),
            allow(\"2024-04-12-144536/down\", not-in-transaction, \"it was never run\"),
            allow(\"2024-10-25-112826/down\", unknown-constraint, \"it is an index\")"
        }
        Some("authelia") if set.ends_with("postgres") => {
            ", allow(empty), allow(\"2/down\", duplicate-index, \"the renamed table has it still\")"
        }
        Some("authelia") => ", allow(empty)",
        Some("atuin") if set.ends_with("atuin-scripts/migrations") => {
            ", allow(\"20250402170430/down\", syntax-error, \"SQLite's ALTER TABLE drops no index\")"
        }
        _ => "",
    }
}

/// The versions as the owning tool orders them, from the names alone.
fn ordered(folder: &Path, order: Order) -> Vec<String> {
    let entries =
        fs::read_dir(folder).expect("it can be listed").map(|entry| entry.expect("it can be listed"));
    let names = |entry: fs::DirEntry| entry.file_name().into_string().expect("it is UTF-8");
    let numbers = |mut numbers: Vec<u64>| {
        numbers.sort_unstable();
        numbers.iter().map(u64::to_string).collect()
    };
    match order {
        Order::Diesel => {
            let folders = entries.filter(|entry| entry.path().is_dir()).map(names);
            let mut versions: Vec<String> =
                folders.map(|name| name.split('_').next().unwrap_or_default().replace('-', "")).collect();
            versions.sort();
            versions
        }
        Order::Sqlx => {
            let ups =
                entries.map(names).filter(|name| name.ends_with(".sql") && !name.ends_with(".down.sql"));
            numbers(ups.filter_map(|name| name.split('_').next()?.parse().ok()).collect())
        }
        Order::Authelia => {
            let ups = entries.map(names).filter(|name| name.ends_with(".up.sql"));
            numbers(ups.filter_map(|name| name.strip_prefix('V')?.split('.').next()?.parse().ok()).collect())
        }
    }
}

#[test]
fn embedded_by_the_macro_real_histories_are_what_their_folders_hold_in_the_order_of_their_tools() {
    let Some(corpus) = std::env::var_os("MIGRATE_CORPUS") else {
        // Not `eprintln!`, which is shown for failed tests alone.
        let _ = writeln!(std::io::stderr(), "SKIPPED: MIGRATE_CORPUS names no folder of real histories");
        return;
    };
    let corpus = Path::new(&corpus);
    let mut outside = Outside::new();
    outside.package("histories", "--bin");
    outside.dependencies(
        "histories",
        &format!("[dependencies]\nmigrate-rs = {{ path = {:?}, default-features = false, features = [\"spelling-postgres\", \"spelling-sqlite\"] }}\n", checkout()),
    );
    let mut main = String::from("mod describe;\n\nuse migrate::{Migrations, migrations};\n\n");
    let mut body = String::new();
    for (number, (set, dialect, _)) in SETS.iter().enumerate() {
        copy(&corpus.join(set), &outside.path(&format!("histories/{set}")));
        let dialect = format!("{dialect:?}").to_lowercase();
        let arguments = arguments(set);
        main.push_str(&format!(
            "static SET_{number}: Migrations = migrations!(\"{set}\", dialect = {dialect}{arguments}, name = \"{set}\");\n"
        ));
        body.push_str(&format!("    print!(\"{{}}\", describe::describe(&SET_{number}));\n"));
    }
    main.push_str(&format!("\nfn main() {{\n{body}}}\n"));
    outside.write("histories/src/main.rs", &main);
    outside.write("histories/src/describe.rs", include_str!("describe.rs"));
    let printed = outside.succeeds("histories", &["run", "--quiet"]).stdout;

    let mut expected = String::new();
    for (set, dialect, order) in SETS {
        let folder = corpus.join(set);
        let options = SourceOptions::new(dialect).name(set).ignore(["data_oauth_github.sql"]);
        let options = match set {
            "crates-io/migrations" => options
                .allow("2024-04-12-144536/down", "not-in-transaction")
                .allow("2024-10-25-112826/down", "unknown-constraint"),
            "authelia/migrations/postgres" => options.allow("2/down", "duplicate-index"),
            _ => options,
        };
        let read = Migrations::from_dir(&folder, options.allow_empty(set.starts_with("authelia")))
            .unwrap_or_else(|error| panic!("{set}: {error}"));
        let versions: Vec<&str> = read.iter().map(|migration| migration.version()).collect();
        assert_eq!(versions, ordered(&folder, order), "{set}");
        expected.push_str(&describe(&read));
    }
    if let Some(different) = printed.lines().zip(expected.lines()).find(|(embedded, read)| embedded != read) {
        panic!("the first different line: {different:#?}");
    }
    assert_eq!(printed.len(), expected.len());
}

//! Histories of real projects, which are not part of this repository: `MIGRATE_CORPUS` names the folder that
//! holds them. A program that embeds them all has what a folder read at run time has, in the order of the tool
//! that owns them.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use migrate::{Dialect, Migrations, SourceOptions};

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

/// What `migrations!` needs to be told about a set.
fn arguments(set: &str) -> &'static str {
    match set.split('/').next() {
        Some("crates-io") => ", ignore = [\"data_oauth_github.sql\"]",
        Some("authelia") => ", allow(empty)",
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
        &format!("[dependencies]\nmigrate-rs = {{ path = {:?}, default-features = false }}\n", checkout()),
    );
    let mut main = String::from("use migrate::{Migrations, migrations};\n\n");
    let mut list = String::new();
    for (number, (set, dialect, _)) in SETS.iter().enumerate() {
        copy(&corpus.join(set), &outside.path(&format!("histories/{set}")));
        let dialect = format!("{dialect:?}").to_lowercase();
        let arguments = arguments(set);
        main.push_str(&format!(
            "static SET_{number}: Migrations = migrations!(\"{set}\", dialect = {dialect}{arguments}, name = \"{set}\");\n"
        ));
        list.push_str(&format!("&SET_{number}, "));
    }
    main.push_str(&format!(
        "\nfn main() {{\n    for set in [{list}] {{\n        let versions: Vec<&str> = set.iter().map(|one| one.version()).collect();\n        \
         println!(\"{{}}|{{}}|{{}}|{{}}|{{}}\", set.name(), set.len(), versions.join(\",\"), set.fingerprint(), set.text_fingerprint());\n    }}\n}}\n"
    ));
    outside.write("histories/src/main.rs", &main);
    let printed = outside.succeeds("histories", &["run", "--quiet"]).stdout;

    assert_eq!(printed.lines().count(), SETS.len(), "{printed}");
    for (line, (set, dialect, order)) in printed.lines().zip(SETS) {
        let folder = corpus.join(set);
        let options = SourceOptions::new(dialect)
            .ignore(["data_oauth_github.sql"])
            .allow_empty(set.starts_with("authelia"));
        let read = Migrations::from_dir(&folder, options).unwrap_or_else(|error| panic!("{set}: {error}"));
        let versions = ordered(&folder, order);
        assert_eq!(
            line,
            format!(
                "{set}|{}|{}|{}|{}",
                versions.len(),
                versions.join(","),
                read.fingerprint(),
                read.text_fingerprint()
            )
        );
    }
}

//! Histories of real projects, which are not part of this repository: `MIGRATE_CORPUS` names the folder that
//! holds them. Nothing panics, and the counts are printed to be looked at.

use std::collections::BTreeMap;
use std::io::Write as _;

use migrate_core::check::{Checkable, Options, phase, transaction};
use migrate_core::diagnostic::Severity;
use migrate_core::effect::{Answer, Versions, class_of, floor, replay};
use migrate_core::{Dialect, Migrations, reader};

#[test]
fn real_histories_are_classified() {
    let Some(corpus) = std::env::var_os("MIGRATE_CORPUS").map(std::path::PathBuf::from) else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: MIGRATE_CORPUS names no folder of real histories");
        return;
    };
    let sets = [
        ("crates-io/migrations", Dialect::Postgres),
        ("atuin/atuin-client/migrations", Dialect::Sqlite),
        ("atuin/atuin-server-postgres/migrations", Dialect::Postgres),
        ("authelia/migrations/mysql", Dialect::MySql),
        ("authelia/migrations/mysql", Dialect::MariaDb),
        ("authelia/migrations/postgres", Dialect::Postgres),
        ("authelia/migrations/sqlite", Dialect::Sqlite),
    ];
    for (set, dialect) in sets {
        let options = Options::new(dialect).allow_empty(true).published(true);
        let options =
            if set.starts_with("crates") { options.ignore(["data_oauth_github.sql"]) } else { options };
        let history =
            Migrations::from_dir(corpus.join(set), options).unwrap_or_else(|error| panic!("{set}: {error}"));
        let replayed = replay(dialect, [&history], Versions::supported(dialect));
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut count = |what: String| *counts.entry(what).or_default() += 1;
        let mut ups = Vec::new();
        let mut said = String::new();
        for migration in history.iter() {
            let up = migration.up();
            let Some(script) = replayed.scripts.iter().find(|it| it.path == up.path()) else {
                panic!("{} has no effects", up.path());
            };
            count(format!("file {}", class_of(script)));
            for effect in &script.statements {
                count(format!("statement {}", effect.class));
                for (yes, what) in [
                    (effect.opaque, "opaque"),
                    (effect.commits, "commits"),
                    (effect.rewrites() == Answer::Yes, "rewrites"),
                    (effect.scans() == Answer::Yes, "scans"),
                ] {
                    if yes {
                        count(format!("statement {what}"));
                    }
                }
            }
            let statements: Vec<_> =
                up.data().statements.iter().map(|span| reader::read(up.text(), *span, dialect)).collect();
            let file = Checkable {
                path: up.path(),
                text: up.text(),
                statements: &statements,
                effects: &script.statements,
                dialect,
                transactional: up.transactional(),
            };
            for diagnostic in transaction(file).into_iter().chain(phase(file, script)) {
                count(format!("{}[{}]", diagnostic.severity(), diagnostic.code()));
                if diagnostic.severity() >= Severity::Warning {
                    said.push_str(&format!("{diagnostic}\n"));
                }
            }
            ups.push(script.clone());
        }
        let _ = writeln!(
            std::io::stderr(),
            "{set} ({dialect}): floor {} of {}, {counts:?}\n{said}",
            floor(&ups),
            history.len()
        );
        // These files were applied by other tools, so they are right about their transactions.
        assert!(!said.contains("error["), "{set}: {said}");
    }
}

//! What `migrations!` costs whoever compiles: a made-up history of files of about 1 KB, checked as in a build that
//! is not optimized.
//!
//! `cargo bench --profile dev --features spelling-postgres,spelling-sqlite --bench check_cost`. Prints the median
//! of some runs, and what ten times as many files cost.

use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use migrate_core::Dialect;
use migrate_core::check::{Options, check};
use migrate_core::lock_file;
use migrate_core::source::{Content, File};

// The grammars are a part of the macro, and of a procedural macro nothing else can be called.
#[cfg(any(feature = "spelling-postgres", feature = "spelling-sqlite"))]
#[allow(
    dead_code,
    unused_imports,
    reason = "a bench is compiled like a test, and their unit tests are not run here"
)]
#[path = "../migrate-macros/src/spelling/mod.rs"]
mod spelling;

/// One migration of about 1 KB: a table that refers to one before it, an index, a column, rows.
fn script(number: usize) -> String {
    let before = number.saturating_sub(1).max(1);
    format!(
        "-- Orders of region {number}, which the clerks of that region alone may see and change.\n\
         CREATE TABLE orders_{number} (\n    id BIGINT NOT NULL PRIMARY KEY,\n    \
         previous BIGINT REFERENCES orders_{before} (id) ON DELETE CASCADE,\n    \
         customer VARCHAR(100) NOT NULL DEFAULT 'it''s nobody',\n    \
         placed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,\n    \
         total NUMERIC(10, 2) CHECK (total >= 0),\n    remark TEXT\n);\n\n\
         CREATE INDEX orders_{number}_by_customer ON orders_{number} (customer, placed_at); /* for the list */\n\
         ALTER TABLE orders_{number} ADD COLUMN shipped BOOLEAN NOT NULL DEFAULT FALSE;\n\
         INSERT INTO orders_{number} (id, customer, total) VALUES (1, 'a', 1.5), (2, 'b; c', 2.5), (3, 'd', 4);\n\
         UPDATE orders_{number} SET total = total + 1 WHERE customer LIKE '%b%' AND shipped = FALSE;\n\
         CREATE VIEW open_orders_{number} AS\n    SELECT o.id, o.customer, o.total FROM orders_{number} o\n    \
         WHERE NOT o.shipped AND o.total > 0;\n"
    )
}

fn files(count: usize) -> Vec<File> {
    let file = |number| File {
        path: format!("{number:06}_orders.sql"),
        content: Content::Bytes(Cow::Owned(script(number).into_bytes())),
    };
    (1..=count).map(file).collect()
}

/// The time that this process has had on processors, where Linux tells: what else the machine does must not count.
/// Otherwise that of a clock.
fn now() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let ticks = || {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        // Behind the name of the program: user time is the 12th field, that of the system the 13th.
        let (_, fields) = stat.rsplit_once(')')?;
        let mut fields = fields.split_whitespace().skip(11);
        let user: u64 = fields.next()?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        Some(Duration::from_millis((user + system) * 10))
    };
    ticks().unwrap_or_else(|| START.elapsed())
}

fn median(runs: usize, mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = now();
            run();
            now() - start
        })
        .collect();
    times.sort();
    times[runs / 2]
}

/// Prints what 1,000 and 10,000 files cost, unless the command names another measurement.
fn measure(name: &str, with_lock: bool, check: impl Fn(&[File])) {
    let mut wanted = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    if wanted.peek().is_some() && !wanted.any(|wanted| wanted == name) {
        return;
    }
    let of = |count: usize, runs| {
        let mut files = files(count);
        if with_lock {
            let migrations =
                migrate_core::check::check(&files, &Options::new(Dialect::Postgres)).into_result();
            let text = lock_file::render(&migrations.unwrap_or_else(|error| panic!("{error}")));
            files.push(File {
                path: lock_file::NAME.to_owned(),
                content: Content::Bytes(Cow::Owned(text.into_bytes())),
            });
        }
        median(runs, || check(&files))
    };
    let (one, ten) = (of(1_000, 5), of(10_000, 3));
    let ratio = ten.as_secs_f64() / one.as_secs_f64();
    println!("{name:<40} 1,000: {one:>10.1?}   10,000: {ten:>10.1?}   ratio {ratio:.1}");
}

fn unspelled(files: &[File], dialect: Dialect) {
    let checked = check(files, &Options::new(dialect));
    // MySQL's have notes: each statement of theirs commits by itself.
    assert!(checked.migrations.is_some(), "{}", checked.diagnostics[0]);
}

#[cfg(any(feature = "spelling-postgres", feature = "spelling-sqlite"))]
fn spelled(files: &[File], dialect: Dialect) {
    let checked = spelling::checked(files, &Options::new(dialect));
    assert!(checked.diagnostics.is_empty(), "{}", checked.diagnostics[0]);
}

fn main() {
    let bytes = script(500).len();
    println!(
        "files of {bytes} bytes, {}",
        if cfg!(debug_assertions) { "not optimized" } else { "optimized" }
    );
    for dialect in Dialect::ALL {
        measure(&format!("{dialect}"), false, |files| unspelled(files, dialect));
    }
    #[cfg(feature = "spelling-postgres")]
    {
        measure("postgres, spelled", false, |files| spelled(files, Dialect::Postgres));
        measure("postgres, spelled, with migrate.lock", true, |files| spelled(files, Dialect::Postgres));
    }
    #[cfg(feature = "spelling-sqlite")]
    measure("sqlite, spelled", false, |files| spelled(files, Dialect::Sqlite));
}

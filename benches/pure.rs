//! The pure half: what the macro does for every build, on a made-up history of a thousand files.
//!
//! `cargo bench --bench pure`. Compare ratios within one run, and one run with the next on the same machine.

use std::borrow::Cow;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use migrate_core::check::{Options, check};
use migrate_core::source::{Content, File};
use migrate_core::syntax::{Lexer, split};
use migrate_core::{Dialect, checksum};

/// One file: a table, an index, rows, and what makes a lexer work.
fn script(number: usize) -> String {
    format!(
        "-- Orders of region {number}.\nCREATE TABLE orders_{number} (\n    id BIGINT NOT NULL PRIMARY KEY,\n    \
         customer VARCHAR(100) NOT NULL DEFAULT 'it''s nobody',\n    total NUMERIC(10, 2) CHECK (total >= 0)\n);\n\n\
         CREATE INDEX orders_{number}_by_customer ON orders_{number} (customer); /* for the list */\n\
         INSERT INTO orders_{number} (id, customer, total) VALUES (1, 'a', 1.5), (2, 'b; c', 2.5);\n\
         UPDATE orders_{number} SET total = total + 1 WHERE customer LIKE '%b%';\n"
    )
}

fn files(count: usize) -> Vec<File> {
    let file = |number| File {
        path: format!("{number:06}_orders.sql"),
        content: Content::Bytes(Cow::Owned(script(number).into_bytes())),
    };
    (1..=count).map(file).collect()
}

fn reading(c: &mut Criterion) {
    let text: String = (1..=1_000).map(script).collect();
    let mut group = c.benchmark_group("text of 1,000 files");
    group.throughput(Throughput::Bytes(text.len() as u64));
    for dialect in Dialect::ALL {
        group.bench_with_input(BenchmarkId::new("tokens", dialect), &dialect, |b, dialect| {
            b.iter(|| Lexer::new(black_box(&text), *dialect).count());
        });
        group.bench_with_input(BenchmarkId::new("statements", dialect), &dialect, |b, dialect| {
            b.iter(|| split(black_box(&text), *dialect).statements.len());
        });
    }
    group.finish();
}

fn checking(c: &mut Criterion) {
    let mut group = c.benchmark_group("check");
    for count in [10, 100, 1_000] {
        let files = files(count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::from_parameter(count), &files, |b, files| {
            b.iter(|| check(black_box(files), &Options::new(Dialect::Postgres)));
        });
    }
    group.finish();
}

fn hashing(c: &mut Criterion) {
    let Some(migrations) = check(&files(1_000), &Options::new(Dialect::Postgres)).migrations else { return };
    c.bench_function("fingerprint of 1,000", |b| {
        b.iter(|| {
            checksum::fingerprint(migrations.iter().map(|migration| {
                let up = migration.up();
                (migration.version(), up.data().token_checksum, up.transactional())
            }))
        });
    });
}

criterion_group!(benches, reading, checking, hashing);
criterion_main!(benches);

//! Nothing that is in a folder causes a panic, and what is accepted keeps its promises.

use migrate_core::Dialect;
use migrate_core::check::{Options, check};
use migrate_core::source::File;

use crate::text::file;

/// Small pseudo-random numbers, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn join(&mut self, parts: &[&[u8]], most: usize) -> Vec<u8> {
        let count = self.below(most + 1);
        (0..count).flat_map(|_| parts[self.below(parts.len())]).copied().collect()
    }
}

const NAMES: [&[u8]; 24] = [
    b"1",
    b"2",
    b"0",
    b"9",
    b"_",
    b"__",
    b".",
    b"V",
    b"U",
    b"R",
    b"-",
    b"/",
    b"a",
    b"A",
    b".up",
    b".down",
    b".sql",
    b".sql",
    b"up.sql",
    b"down.sql",
    b"/metadata.toml",
    b"mysql",
    "ä".as_bytes(),
    b" ",
];

const TEXTS: [&[u8]; 34] = [
    b"BEGIN;",
    b"COMMIT;",
    b"END;",
    b"PRAGMA foreign_keys=off;",
    b"PRAGMA foreign_keys=on;",
    b"SELECT 1;",
    b"'",
    b"\"",
    b"$$",
    b"/*",
    b"*/",
    b"--",
    b"\n",
    b"\r\n",
    b"\r",
    b"\t",
    b"\xEF\xBB\xBF",
    b"\xFF",
    b"\0",
    b";",
    b"-- migrate(empty)\n",
    b"-- migrate(no-transaction)\n",
    b"-- migrate(",
    b"-- no-transaction\n",
    b"-- +goose Up\n",
    b"DELIMITER //\n",
    b"//",
    b"\\connect\n",
    b"COPY t FROM STDIN;\n",
    "ä\u{202e}".as_bytes(),
    b"run_in_transaction",
    b"=",
    b"false",
    b"#",
];

#[test]
fn no_folder_causes_a_panic() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let dialects = [Dialect::Postgres, Dialect::MySql, Dialect::MariaDb, Dialect::Sqlite];
    let mut accepted = 0;
    for round in 0..8_000 {
        let mut files: Vec<File> = (0..=random.below(4))
            .map(|_| {
                let mut path = String::from_utf8(random.join(&NAMES, 5)).unwrap();
                if random.below(2) == 0 {
                    path = format!("{}_{path}.sql", random.below(5));
                }
                file(&path, &random.join(&TEXTS, 6))
            })
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        let mut options = Options::new(dialects[round % 4]).folder("m").allow_empty(round % 3 == 0);
        if round % 5 == 0 {
            options = options.ignore(["a", "", "/", "1_a.sql"]);
        }
        let checked = check(&files, &options);
        let rendered: String = checked.diagnostics.iter().map(|diagnostic| diagnostic.render()).collect();
        assert!(!rendered.chars().any(|c| c.is_control() && c != '\n'), "{rendered:?}");
        let Some(migrations) = checked.migrations else {
            assert!(!checked.diagnostics.is_empty());
            continue;
        };
        accepted += 1;
        for migration in migrations.iter() {
            for script in [Some(migration.up()), migration.down()].into_iter().flatten() {
                let body = script.data().body;
                for span in script.data().statements.iter() {
                    assert!(!span.of(script.text()).is_empty(), "{files:?}");
                    assert!(body.start <= span.start && span.end <= body.end, "{files:?}");
                }
            }
        }
    }
    assert!(accepted > 200, "the generator makes too few histories: {accepted}");
}

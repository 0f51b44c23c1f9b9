//! SQLite's way to change a table: build it anew, with the rows of others that refer to it at stake; and the journal
//! without which a crash would leave half of it.

use migrate::{Dialect, ErrorKind, Migrator, migrate};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

use crate::files::Files;
use crate::place::Place;

mod on_sqlite {
    crate::place::tests!(
        Sqlite,
        a_rebuild_with_foreign_keys_off_keeps_the_rows_that_refer_to_it,
        a_rebuild_with_foreign_keys_on_loses_them_as_the_checks_say,
        a_rebuild_that_leaves_a_row_without_its_parent_is_rolled_back,
        a_file_whose_journal_is_not_on_disk_is_refused_when_there_is_work,
        a_database_in_memory_needs_no_journal
    );
}

/// Three children of two parents, by a foreign key with this rule.
fn family(rule: &str) -> Files {
    let text = format!(
        "CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT);\n\
         CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id) {rule});\n\
         INSERT INTO parents VALUES (1, 'a'), (2, 'b');\n\
         INSERT INTO children VALUES (1, 1), (2, 1), (3, 2);\n"
    );
    Files::new(Dialect::Sqlite, &[("1_family.sql", &text)])
}

const REBUILD: &str = "CREATE TABLE parents_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n\
    INSERT INTO parents_new SELECT * FROM parents;\n\
    DROP TABLE parents;\n\
    ALTER TABLE parents_new RENAME TO parents;\n";

const RENAMED_FIRST: &str = "ALTER TABLE parents RENAME TO parents_old;\n\
    CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n\
    INSERT INTO parents SELECT * FROM parents_old;\n\
    DROP TABLE parents_old;\n";

fn without_foreign_keys(text: &str) -> String {
    format!("PRAGMA foreign_keys = off;\n{text}PRAGMA foreign_keys = on;\n")
}

async fn a_rebuild_with_foreign_keys_off_keeps_the_rows_that_refer_to_it(place: Place) {
    let files = family("ON DELETE CASCADE");
    files.write("2_rebuild.sql", without_foreign_keys(REBUILD));
    migrate(place.url(), &files.history()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(place.ask("SELECT group_concat(id) FROM children"), "1,2,3");
    assert_eq!(place.ask("PRAGMA foreign_key_check"), "");
    assert_eq!(place.ask("SELECT \"table\" FROM pragma_foreign_key_list('children')"), "parents");
}

async fn a_rebuild_with_foreign_keys_on_loses_them_as_the_checks_say(place: Place) {
    for text in [REBUILD, RENAMED_FIRST] {
        let files = family("ON DELETE CASCADE");
        files.write("2_rebuild.sql", text);
        let url = place.url();
        migrate(&*url, &files.unchecked_history()).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(place.ask("SELECT count(*) FROM children"), "0", "{text}");
        place.ask(
            "DROP TABLE children; DROP TABLE parents; DROP TABLE migrate_history; DROP TABLE migrate_head; \
             DROP TABLE migrate_journal",
        );
    }
    // And without a rule it fails as soon as there is a row.
    let files = family("");
    files.write("2_rebuild.sql", REBUILD);
    let error = migrate(place.url(), &files.unchecked_history()).await.unwrap_err();
    assert!(error.to_string().contains("FOREIGN KEY"), "{error}");
    assert_eq!(place.ask("SELECT count(*) FROM children"), "3");
}

async fn a_rebuild_that_leaves_a_row_without_its_parent_is_rolled_back(place: Place) {
    let files = family("ON DELETE CASCADE");
    let loses = REBUILD.replace("SELECT * FROM parents", "SELECT * FROM parents WHERE id = 1");
    files.write("2_rebuild.sql", without_foreign_keys(&loses));
    let error = migrate(place.url(), &files.history()).await.unwrap_err();
    assert!(error.to_string().contains("row 3 of \"children\" refers to a row of \"parents\""), "{error}");
    assert_eq!(place.ask("SELECT count(*) FROM parents"), "2");
    assert!(!place.has_table("parents_new"));
}

async fn a_file_whose_journal_is_not_on_disk_is_refused_when_there_is_work(place: Place) {
    let history = family("").history();
    let options: SqliteConnectOptions = place.url().parse().unwrap();
    for (mode, name) in [(SqliteJournalMode::Memory, "MEMORY"), (SqliteJournalMode::Off, "OFF")] {
        let error = migrate(options.clone().journal_mode(mode), &history).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error}");
        assert!(error.to_string().contains(&format!("journal_mode {name}")), "{error}");
        assert!(!place.has_table("parents") && !place.has_table("migrate_history"));
        // The way out that the message names.
        let (url, fix) = (options.clone().journal_mode(mode), "PRAGMA journal_mode = DELETE");
        let fixed = Migrator::new(url).history(&history).on_connect(fix).target("1").run().await;
        assert_eq!(fixed.unwrap_or_else(|error| panic!("{error}")).steps.len(), 1);
        // With nothing to do, nothing can be half done.
        assert!(migrate(options.clone().journal_mode(mode), &history).await.unwrap().is_empty());
        place.ask(
            "DROP TABLE children; DROP TABLE parents; DROP TABLE migrate_history; DROP TABLE migrate_head; \
             DROP TABLE migrate_journal",
        );
    }
    for mode in [
        SqliteJournalMode::Delete,
        SqliteJournalMode::Truncate,
        SqliteJournalMode::Persist,
        SqliteJournalMode::Wal,
    ] {
        let report = migrate(options.clone().journal_mode(mode), &history).await;
        report.unwrap_or_else(|error| panic!("{mode:?}: {error}"));
    }
}

async fn a_database_in_memory_needs_no_journal(_: Place) {
    let options: SqliteConnectOptions = "sqlite::memory:".parse().unwrap();
    let mut connection = options.connect().await.unwrap();
    let report = migrate(&mut connection, &family("").history()).await.unwrap();
    assert_eq!(report.steps.len(), 1);
}

//! What holds on every database.

use migrate::{Error, ErrorKind, Existing, Migrator, Notice, OutOfOrder, Report, RowProblem, State, migrate};

use crate::files::{Files, SHOP};
use crate::place::{Place, on_every_engine};

on_every_engine!(
    a_fresh_database_gets_all_migrations_in_order,
    a_failed_migration_names_its_place_and_leaves_no_residue,
    an_edit_of_a_comment_is_a_notice_and_an_edit_of_a_statement_an_error,
    line_ends_and_a_byte_order_mark_change_nothing,
    a_newest_row_that_was_removed_or_altered_is_named_at_boot,
    an_older_row_that_was_removed_is_found_by_check_and_by_a_boot_with_work,
    an_older_binary_runs_on_a_newer_database,
    an_older_binary_is_refused_once_a_newer_one_has_taken_something_away,
    a_database_of_another_branch_is_refused,
    a_file_that_comes_too_late_is_an_error,
    files_that_come_too_late_are_applied_when_that_is_asked_for,
    a_binary_that_is_too_old_runs_when_that_is_asked_for,
    a_run_stops_at_its_target_and_goes_on_later,
    plan_check_and_status_write_nothing,
    statements_outside_a_transaction_are_recorded_one_by_one,
    a_statement_in_doubt_is_an_error_that_names_it,
    two_histories_share_a_database,
    a_history_joins_a_database_full_of_other_tables,
    a_history_joins_a_database_that_another_tool_migrates,
    a_database_that_has_the_tables_already_is_refused_untouched_until_allowed,
    what_a_history_creates_is_found_as_the_server_compares_names,
    values_that_nobody_of_us_wrote_are_errors_and_no_panic,
    a_dropped_future_leaves_nothing_that_the_next_boot_cannot_pass,
    a_migration_may_be_empty_when_it_says_so,
    a_hundred_statements_fail_at_the_one_that_is_wrong,
);

fn shop(place: &Place) -> Files {
    Files::new(place.dialect(), &SHOP)
}

async fn run(place: &Place, files: &Files) -> Result<Report, Error> {
    migrate(place.url(), &files.history()).await
}

async fn ok(place: &Place, files: &Files) -> Report {
    run(place, files).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn failed(place: &Place, files: &Files) -> Error {
    match run(place, files).await {
        Ok(report) => panic!("this should fail, but: {report}"),
        Err(error) => error,
    }
}

async fn a_fresh_database_gets_all_migrations_in_order(place: Place) {
    let files = shop(&place);
    let report = ok(&place, &files).await;
    let steps: Vec<(&str, &str, usize)> =
        report.steps.iter().map(|step| (&*step.version, &*step.name, step.statements)).collect();
    assert_eq!(steps, [("1", "customers", 2), ("2", "orders", 2), ("3", "rows", 2)]);
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
    assert_eq!(
        place.ask("SELECT count(*) FROM migrate_history WHERE state = 'applied' AND finished_at IS NOT NULL"),
        "3"
    );
    assert_eq!(place.ask("SELECT count(*) FROM migrate_journal WHERE event = 'applied'"), "3");
    assert_eq!(place.ask("SELECT position FROM migrate_head"), "3");
    assert!(ok(&place, &files).await.is_empty());
    assert_eq!(place.held(), (0, 0));

    files.write("0004_more.sql", "INSERT INTO customers VALUES (3, 'c@example.org');");
    let report = ok(&place, &files).await;
    assert_eq!(report.steps.len(), 1);
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "3");
}

async fn a_failed_migration_names_its_place_and_leaves_no_residue(place: Place) {
    let files = shop(&place);
    files.write(
        "0003_rows.sql",
        "INSERT INTO customers VALUES (2, 'b@example.org');\n\n  INSERT INTO nowhere VALUES (1);\n",
    );
    let error = failed(&place, &files).await;
    let text = error.to_string();
    assert!(text.contains("/0003_rows.sql:3:"), "{text}");
    assert!(text.contains("INSERT INTO nowhere") && text.contains('^'), "{text}");
    assert!(text.contains("nowhere"), "{text}");
    assert!(text.contains("applied before that, and in force: app/1, app/2"), "{text}");
    assert_eq!(error.report().steps.len(), 2);
    assert!(matches!(error.kind(), ErrorKind::Script { statement: Some(2), total: 2, .. }), "{text}");
    // Only rows were changed, so on every engine it is all or nothing.
    assert!(text.contains("it was rolled back"), "{text}");
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "1");
    assert_eq!(place.ask("SELECT count(*) FROM migrate_history"), "2");
    assert_eq!(
        place.ask("SELECT count(*) FROM migrate_journal WHERE event = 'failed' AND statement = 2"),
        "1"
    );
    assert_eq!(place.held(), (0, 0));

    files.write("0003_rows.sql", SHOP[2].1);
    assert_eq!(ok(&place, &files).await.steps.len(), 1);
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
}

async fn an_edit_of_a_comment_is_a_notice_and_an_edit_of_a_statement_an_error(place: Place) {
    let files = shop(&place);
    ok(&place, &files).await;
    files.write(
        "0002_orders.sql",
        format!("-- Another comment.\n\n{}", SHOP[1].1.replace("-- Each", "--   Every")),
    );
    let report = ok(&place, &files).await;
    assert!(report.is_empty());
    assert!(matches!(report.notices.as_slice(), [Notice::TextDiffers { path: None, .. }]), "{report}");

    files.write("0002_orders.sql", SHOP[1].1.replace("orders_by_customer", "orders_by_owner"));
    let error = failed(&place, &files).await;
    let text = error.to_string();
    assert!(matches!(error.kind(), ErrorKind::Edited { version, .. } if version == "2"), "{text}");
    assert!(text.contains("/0002_orders.sql was edited after it was applied"), "{text}");
    assert!(text.contains("version 2"), "{text}");
}

async fn line_ends_and_a_byte_order_mark_change_nothing(place: Place) {
    let files = shop(&place);
    ok(&place, &files).await;
    for (name, text) in SHOP {
        files.write(name, format!("\u{feff}{}", text.replace('\n', "\r\n")));
    }
    let report = ok(&place, &files).await;
    assert!(report.is_empty() && report.notices.is_empty(), "{report}");
}

async fn a_newest_row_that_was_removed_or_altered_is_named_at_boot(place: Place) {
    let files = shop(&place);
    ok(&place, &files).await;
    let altered = |statement: &str| place.ask(statement);
    for (statement, back) in [
        (
            "UPDATE migrate_history SET token_checksum = 'v1:00' WHERE position = 3",
            format!(
                "UPDATE migrate_history SET token_checksum = '{}' WHERE position = 3",
                altered("SELECT token_checksum FROM migrate_history WHERE position = 3")
            ),
        ),
        (
            "UPDATE migrate_history SET version = '33' WHERE position = 3",
            "UPDATE migrate_history SET version = '3' WHERE position = 3".to_owned(),
        ),
        (
            "UPDATE migrate_history SET chain = 'v1:00' WHERE position = 3",
            format!(
                "UPDATE migrate_history SET chain = '{}' WHERE position = 3",
                altered("SELECT chain FROM migrate_history WHERE position = 3")
            ),
        ),
    ] {
        altered(statement);
        let error = failed(&place, &files).await;
        assert!(
            matches!(error.kind(), ErrorKind::Altered { version: Some(version), .. } if version == "3"),
            "{statement}: {error}"
        );
        altered(&back);
        ok(&place, &files).await;
    }
    altered("DELETE FROM migrate_history WHERE position = 3");
    let error = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::Altered { problem: RowProblem::Missing, .. }), "{error}");
    assert!(error.to_string().contains("the row of its newest version 3 is gone"), "{error}");
    // With something pending as well: it must not be applied a second time.
    files.write("0004_more.sql", "INSERT INTO customers VALUES (3, 'c@example.org');");
    let error = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::Altered { problem: RowProblem::Missing, .. }), "{error}");
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
}

async fn an_older_row_that_was_removed_is_found_by_check_and_by_a_boot_with_work(place: Place) {
    let files = shop(&place);
    ok(&place, &files).await;
    place.ask("DELETE FROM migrate_history WHERE position = 1");
    // One message reads the newest row alone.
    ok(&place, &files).await;
    let history = files.history();
    let error = Migrator::new(place.url()).history(&history).check().await.unwrap_err();
    assert!(error.to_string().contains("position 1 is missing"), "{error}");
    files.write("0004_more.sql", "INSERT INTO customers VALUES (3, 'c@example.org');");
    let error = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::Altered { .. }), "{error}");
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
}

async fn an_older_binary_runs_on_a_newer_database(place: Place) {
    let files = shop(&place);
    ok(&place, &files).await;
    files.remove("0003_rows.sql");
    let report = ok(&place, &files).await;
    assert!(report.is_empty());
    assert!(
        matches!(report.notices.as_slice(), [Notice::NewerDatabase { versions, .. }] if versions == &["3"]),
        "{report}"
    );
}

async fn an_older_binary_is_refused_once_a_newer_one_has_taken_something_away(place: Place) {
    let files = shop(&place);
    assert!(files.history().floor().is_none());
    files.write("0004_done.sql", "DROP TABLE orders;");
    files.write("0005_more.sql", "CREATE TABLE notes (id INTEGER);");
    files.write("0006_said.sql", "-- migrate(phase = contract)\nINSERT INTO notes VALUES (1);");
    files.write("0007_last.sql", "-- migrate(phase = backfill)\nINSERT INTO notes VALUES (2);");
    let floor = |files: &Files| files.history().floor().map(|step| step.version().to_owned());
    assert_eq!(floor(&files).as_deref(), Some("6"));
    let history = files.history();
    Migrator::new(place.url()).history(&history).target("5").run().await.unwrap();
    let phase =
        |version: u32| place.ask(&format!("SELECT phase FROM migrate_history WHERE version = '{version}'"));
    assert_eq!([3, 4, 5].map(phase), ["expand", "contract", "expand"]);
    assert_eq!(place.ask("SELECT floor_position FROM migrate_head"), "4");
    for name in ["0007_last.sql", "0006_said.sql", "0005_more.sql"] {
        files.remove(name);
    }
    assert!(ok(&place, &files).await.is_empty());
    files.remove("0004_done.sql");
    let error = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::TooOld { version, .. } if version == "4"), "{error}");
    // What the newer binary says of a step is what counts, also where the statements show nothing.
    migrate(place.url(), &history).await.unwrap();
    assert_eq!([6, 7].map(phase), ["contract", "backfill"]);
    assert_eq!(place.ask("SELECT floor_position FROM migrate_head"), "6");
    files.write("0004_done.sql", "DROP TABLE orders;");
    files.write("0005_more.sql", "CREATE TABLE notes (id INTEGER);");
    let error = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::TooOld { version, .. } if version == "6"), "{error}");
}

async fn a_database_of_another_branch_is_refused(place: Place) {
    let files = shop(&place);
    ok(&place, &files).await;
    files.remove("0003_rows.sql");
    files.write("0004_mine.sql", "INSERT INTO customers VALUES (4, 'd@example.org');");
    let error = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::Diverged { version, .. } if version == "3"), "{error}");
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
}

async fn a_file_that_comes_too_late_is_an_error(place: Place) {
    let files = shop(&place);
    files.remove("0002_orders.sql");
    files.write("0003_rows.sql", "INSERT INTO customers VALUES (2, 'b@example.org');");
    ok(&place, &files).await;
    files.write("0002_orders.sql", SHOP[1].1);
    let error = failed(&place, &files).await;
    assert!(
        matches!(error.kind(), ErrorKind::OutOfOrder { version, newest, .. } if version == "2" && newest == "3"),
        "{error}"
    );
    assert!(!place.has_table("orders"));
}

async fn files_that_come_too_late_are_applied_when_that_is_asked_for(place: Place) {
    let files = Files::new(
        place.dialect(),
        &[("1_a.sql", "CREATE TABLE a (id INTEGER);"), ("5_e.sql", "CREATE TABLE e (id INTEGER);")],
    );
    ok(&place, &files).await;
    files.write("2_b.sql", "CREATE TABLE b (id INTEGER);");
    files.write("4_d.sql", "SELECT * FROM nowhere;");
    files.write("6_f.sql", "CREATE TABLE f (id INTEGER);");
    let boot = async |files: &Files| {
        Migrator::new(place.url()).history(&files.history()).out_of_order(OutOfOrder::Apply).run().await
    };
    // The second of the late ones fails: what is there is no prefix of the files, and no boot takes it for one.
    let error = boot(&files).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Script { version, .. } if version == "4"), "{error}");
    assert!(place.has_table("b") && !place.has_table("f"));
    let error = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::OutOfOrder { version, .. } if version == "4"), "{error}");
    files.write("4_d.sql", "CREATE TABLE d (id INTEGER);");
    let report = boot(&files).await.unwrap();
    assert_eq!(report.steps.iter().map(|step| &*step.version).collect::<Vec<_>>(), ["4", "6"]);
    assert!(
        matches!(report.notices.as_slice(), [Notice::OutOfOrder { versions, newest, .. }] if versions == &["4"] && newest == "5"),
        "{report}"
    );
    assert_eq!(
        place
            .ask("SELECT version FROM migrate_history ORDER BY position")
            .split_whitespace()
            .collect::<Vec<_>>(),
        ["1", "5", "2", "4", "6"]
    );
    // From here on it is a database like any other, also for those who did not ask.
    assert!(ok(&place, &files).await.is_empty());
    files.write("7_g.sql", "CREATE TABLE g (id INTEGER);");
    assert_eq!(ok(&place, &files).await.steps.len(), 1);
    for name in ["7_g.sql", "6_f.sql"] {
        files.remove(name);
    }
    let report = ok(&place, &files).await;
    assert!(
        matches!(report.notices.as_slice(), [Notice::NewerDatabase { versions, .. }] if versions == &["6", "7"]),
        "{report}"
    );
    assert_eq!(place.held(), (0, 0));
}

async fn a_binary_that_is_too_old_runs_when_that_is_asked_for(place: Place) {
    let files = shop(&place);
    files.write("0004_done.sql", "DROP TABLE orders;");
    ok(&place, &files).await;
    files.remove("0004_done.sql");
    let error = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::TooOld { .. }), "{error}");
    let report = Migrator::new(place.url()).history(&files.history()).allow_older(true).run().await.unwrap();
    let below = |notice: &Notice| matches!(notice, Notice::BelowFloor { version, .. } if version == "4");
    assert!(report.is_empty() && report.notices.iter().any(below), "{report}");
}

async fn a_run_stops_at_its_target_and_goes_on_later(place: Place) {
    let files = shop(&place);
    let history = files.history();
    let to = async |target: &str| Migrator::new(place.url()).history(&history).target(target).run().await;
    assert_eq!(to("0002").await.unwrap().steps.len(), 2);
    assert!(to("2").await.unwrap().is_empty());
    assert!(to("1").await.unwrap().is_empty());
    let error = to("7").await.unwrap_err();
    assert!(error.to_string().contains("no version \"7\" to stop at; its newest is 3"), "{error}");
    assert_eq!(ok(&place, &files).await.steps.len(), 1);
    assert!(to("2").await.unwrap().is_empty());
}

async fn plan_check_and_status_write_nothing(place: Place) {
    let files = shop(&place);
    let history = files.history();
    let migrator = || Migrator::new(place.url()).history(&history);
    let plan = migrator().plan().await.unwrap();
    let versions: Vec<&str> = plan.steps.iter().map(|step| &*step.version).collect();
    assert_eq!(versions, ["1", "2", "3"]);
    assert_eq!(plan.steps[1].atomic, place.transactional_ddl());
    let error = migrator().check().await.unwrap_err();
    assert_eq!(error.to_string(), "3 migrations are not applied: app/1, app/2, app/3");
    assert!(migrator().status().await.unwrap().iter().all(|status| status.state.is_none()));
    assert!(!place.has_table("migrate_history"));

    migrator().target("2").run().await.unwrap();
    assert_eq!(migrator().plan().await.unwrap().steps.len(), 1);
    let states: Vec<Option<State>> =
        migrator().status().await.unwrap().iter().map(|status| status.state).collect();
    assert_eq!(states, [Some(State::Applied), Some(State::Applied), None]);
    migrator().run().await.unwrap();
    assert!(migrator().check().await.unwrap().is_empty());
}

/// Outside a transaction: DDL, then a statement that fails.
const HALF: &str = "-- migrate(no-transaction)\nCREATE TABLE first (id INTEGER);\nINSERT INTO first VALUES (1);\nINSERT INTO missing VALUES (1);\nINSERT INTO first VALUES (2);\n";

async fn statements_outside_a_transaction_are_recorded_one_by_one(place: Place) {
    let files = Files::new(place.dialect(), &[("1_half.sql", HALF)]);
    let error = failed(&place, &files).await;
    let text = error.to_string();
    assert!(matches!(error.kind(), ErrorKind::Script { statement: Some(3), total: 4, .. }), "{text}");
    assert!(text.contains("/1_half.sql:4:"), "{text}");
    assert!(text.contains("statements 1 to 2 of this file are in force"), "{text}");
    let row = "SELECT state, statements_done, statements_intent, statements_total FROM migrate_history";
    assert_eq!(place.ask(row).replace(['|', '\t'], " "), "failed 2 2 4");
    assert_eq!(place.held(), (0, 0));

    // What is in force may not be edited, what failed may.
    files.write(
        "1_half.sql",
        HALF.replace("VALUES (1);\nINSERT INTO missing", "VALUES (9);\nINSERT INTO missing"),
    );
    let error = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::EditedInForce { done: 2, .. }), "{error}");
    files.write("1_half.sql", HALF.replace("INSERT INTO missing VALUES (1)", "INSERT INTO first VALUES (3)"));
    let report = ok(&place, &files).await;
    assert_eq!(report.steps.len(), 1);
    assert_eq!(report.steps[0].statements, 2);
    assert_eq!(place.ask("SELECT count(*), sum(id) FROM first").replace(['|', '\t'], " "), "3 6");
    assert_eq!(place.ask(row).replace(['|', '\t'], " "), "applied 4 4 4");
    assert!(ok(&place, &files).await.is_empty());
}

async fn a_statement_in_doubt_is_an_error_that_names_it(place: Place) {
    let files = Files::new(place.dialect(), &[("1_half.sql", HALF)]);
    failed(&place, &files).await;
    files.write("1_half.sql", HALF.replace("INSERT INTO missing VALUES (1)", "INSERT INTO first VALUES (3)"));
    // As a kill in the middle of the third statement leaves it.
    place.ask("UPDATE migrate_history SET state = 'running', statements_intent = 3");
    let error = failed(&place, &files).await;
    let text = error.to_string();
    assert!(matches!(error.kind(), ErrorKind::InDoubt { statement: 3, total: 4, .. }), "{text}");
    assert!(text.contains("/1_half.sql:4:"), "{text}");
    assert_eq!(place.ask("SELECT count(*) FROM first"), "1");
    // What the message offers works.
    place.ask("UPDATE migrate_history SET statements_intent = 2 WHERE history = 'app' AND version = '1'");
    ok(&place, &files).await;
    assert_eq!(place.ask("SELECT count(*) FROM first"), "3");
}

async fn two_histories_share_a_database(place: Place) {
    let jobs =
        Files::new(place.dialect(), &[("1_jobs.sql", "CREATE TABLE jobs (id INTEGER);")]).named("jobs");
    let app = shop(&place);
    let (jobs_history, app_history) = (jobs.history(), app.history());
    let both = || Migrator::new(place.url()).history(&jobs_history).history(&app_history);
    let report = both().run().await.unwrap();
    let order: Vec<&str> = report.steps.iter().map(|step| &*step.history).collect();
    assert_eq!(order, ["jobs", "app", "app", "app"]);
    assert!(both().run().await.unwrap().is_empty());
    jobs.write("2_more.sql", "INSERT INTO jobs VALUES (1);");
    let jobs_history = jobs.history();
    let report = Migrator::new(place.url()).history(&jobs_history).history(&app_history).run().await.unwrap();
    assert_eq!(report.steps.len(), 1);
    // Each looks at its own rows alone.
    assert!(ok(&place, &app).await.is_empty());
    let error =
        Migrator::new(place.url()).history(&app_history).history(&app_history).run().await.unwrap_err();
    assert!(error.to_string().contains("two histories are named \"app\""), "{error}");
}

async fn a_history_joins_a_database_full_of_other_tables(place: Place) {
    for table in 0..30 {
        place.ask(&format!("CREATE TABLE other_{table} (id INTEGER)"));
    }
    assert_eq!(ok(&place, &shop(&place)).await.steps.len(), 3);
}

async fn a_history_joins_a_database_that_another_tool_migrates(place: Place) {
    place.ask("CREATE TABLE goose_db_version (id INTEGER, version_id INTEGER)");
    place.ask("INSERT INTO goose_db_version VALUES (1, 0)");
    assert_eq!(ok(&place, &shop(&place)).await.steps.len(), 3);
}

async fn a_database_that_has_the_tables_already_is_refused_untouched_until_allowed(place: Place) {
    place.ask("CREATE TABLE orders (id INTEGER)");
    let files = shop(&place);
    files.write("0002_orders.sql", "CREATE TABLE IF NOT EXISTS orders (id INTEGER);");
    files.write("0003_rows.sql", "INSERT INTO orders VALUES (1);");
    let history = files.history();
    for tool in [false, true] {
        if tool {
            place.ask("CREATE TABLE goose_db_version (id INTEGER, version_id INTEGER)");
            place.ask("INSERT INTO goose_db_version VALUES (1, 0)");
        }
        let before = place.dump_without(&[]);
        let error = failed(&place, &files).await;
        let ErrorKind::Foreign { objects, tool: found, .. } = error.kind() else { panic!("{error}") };
        assert!(objects.len() == 1 && objects[0].ends_with(".orders"), "{error}");
        assert_eq!(found.as_ref().map(|found| (found.name, found.rows)), tool.then_some(("goose", Some(1))));
        let text = error.to_string();
        assert!(text.contains(".orders, which history app creates, and that history is empty"), "{text}");
        assert_eq!(text.contains("goose_db_version has 1 row"), tool, "{text}");
        assert_eq!(place.dump_without(&[]), before);
        assert!(!place.has_table("migrate_history"));
    }
    let report = Migrator::new(place.url()).history(&history).existing(Existing::Allow).run().await.unwrap();
    assert_eq!(report.steps.len(), 3);
    // From then on the database is ours, too.
    assert!(ok(&place, &files).await.is_empty());
    files.write("0004_more.sql", "INSERT INTO customers VALUES (3, 'c@example.org');");
    assert_eq!(ok(&place, &files).await.steps.len(), 1);
}

async fn what_a_history_creates_is_found_as_the_server_compares_names(place: Place) {
    let files = Files::new(
        place.dialect(),
        &[("1_a.sql", "CREATE TABLE Mixed (id INTEGER); CREATE TABLE gone (id INTEGER); DROP TABLE gone;")],
    );
    let (there, found) = match &place {
        // An unquoted name is folded, a quoted one is not.
        Place::Postgres(_) => (["\"Mixed\"", "mixed"], [false, true]),
        // As on the disk of the server.
        Place::MariaDb(_) => {
            let folds = place.ask("SELECT @@lower_case_table_names") != "0";
            (["mixed", "Mixed"], [folds, true])
        }
        Place::Sqlite(_) => (["mixed", "MIXED"], [true, true]),
    };
    for (name, found) in there.into_iter().zip(found) {
        place.ask(&format!("CREATE VIEW {name} AS SELECT 1 AS x"));
        let history = files.history();
        let outcome = Migrator::new(place.url()).history(&history).plan().await;
        let refused =
            matches!(outcome.as_ref().map_err(|error| error.kind()), Err(ErrorKind::Foreign { .. }));
        assert_eq!(refused, found, "{name}: {outcome:?}");
        place.ask(&format!("DROP VIEW {name}"));
    }
    // It would be in the way while the history runs, although nothing of that name stays.
    place.ask("CREATE TABLE gone (id INTEGER)");
    assert!(matches!(failed(&place, &files).await.kind(), ErrorKind::Foreign { .. }));
}

async fn values_that_nobody_of_us_wrote_are_errors_and_no_panic(place: Place) {
    let files = shop(&place);
    ok(&place, &files).await;
    let back = place.ask("SELECT chain FROM migrate_head");
    for hostile in ["''", "'\u{1b}[31m\u{202e}x'", "'v1:zz'", "'0'"] {
        for column in ["chain", "fingerprint"] {
            place.ask(&format!("UPDATE migrate_head SET {column} = {hostile}"));
            let outcome = run(&place, &files).await;
            if let Err(error) = outcome {
                let text = error.to_string();
                assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
            }
            let good =
                if column == "chain" { back.clone() } else { files.history().fingerprint().to_string() };
            place.ask(&format!("UPDATE migrate_head SET {column} = '{good}'"));
        }
    }
    for (table, statement) in [
        ("history", "UPDATE migrate_history SET statements_done = -5 WHERE position = 2"),
        ("history", "UPDATE migrate_history SET state = 'sideways' WHERE position = 2"),
        ("history", "UPDATE migrate_history SET position = 9223372036854775807 WHERE position = 3"),
        ("head", "UPDATE migrate_head SET format = 77"),
        ("head", "UPDATE migrate_head SET position = -1"),
    ] {
        place.ask(statement);
        let history = files.history();
        let checked = Migrator::new(place.url()).history(&history).check().await;
        let text = checked.unwrap_err().to_string();
        assert!(!text.is_empty(), "{table}: {statement}");
    }
    // Types that only this engine lets in, or only when asked to.
    let loosened = match &place {
        Place::Sqlite(_) => vec![
            "UPDATE migrate_head SET position = 'three', format = 1",
            "UPDATE migrate_head SET position = 3.5",
            "UPDATE migrate_head SET position = x'00ff', fingerprint = x'fffe'",
        ],
        Place::Postgres(_) => vec![
            "ALTER TABLE migrate_head ALTER fingerprint DROP NOT NULL; UPDATE migrate_head SET fingerprint = NULL, format = 1",
            "ALTER TABLE migrate_head ALTER position TYPE numeric; UPDATE migrate_head SET position = 99999999999999999999999",
            "ALTER TABLE migrate_head ALTER position TYPE text; UPDATE migrate_head SET position = 'three'",
        ],
        Place::MariaDb(_) => vec![
            "ALTER TABLE migrate_head MODIFY fingerprint TEXT NULL; UPDATE migrate_head SET fingerprint = NULL, format = 1",
            "UPDATE migrate_head SET position = 3; ALTER TABLE migrate_head MODIFY position BIGINT UNSIGNED; UPDATE migrate_head SET position = 18446744073709551615",
            "ALTER TABLE migrate_head MODIFY position TEXT; UPDATE migrate_head SET position = 'three'",
        ],
    };
    for statement in loosened {
        place.ask(statement);
        let error = failed(&place, &files).await;
        assert!(matches!(error.kind(), ErrorKind::Unreadable { .. }), "{statement}: {error}");
    }
}

async fn a_dropped_future_leaves_nothing_that_the_next_boot_cannot_pass(place: Place) {
    let (slow, running) = match place.dialect() {
        migrate::Dialect::Postgres => (
            "SELECT pg_sleep(4);",
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()",
        ),
        migrate::Dialect::Sqlite => (
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000000) INSERT INTO customers SELECT i + 1000, 'x' FROM n;",
            "SELECT 1",
        ),
        _ => (
            "SELECT SLEEP(4);",
            "SELECT count(*) FROM information_schema.processlist WHERE state = 'User sleep' AND db = DATABASE()",
        ),
    };
    let files = shop(&place);
    files.write("0003_rows.sql", format!("{}{slow}\n", SHOP[2].1));
    let history = files.history();
    let url = place.url();
    let dropped = async {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            if place.ask(running) == "1" {
                break;
            }
        }
    };
    tokio::select! {
        ended = migrate(url, &history) => panic!("it should be slow: {ended:?}"),
        () = dropped => {}
    }
    // The next boot waits until the server has ended what it was doing: all of it is in force, or nothing.
    ok(&place, &files).await;
    assert_eq!(place.ask("SELECT count(*) FROM orders"), "1");
    assert_eq!(place.ask("SELECT count(*) FROM migrate_history WHERE state = 'applied'"), "3");
    assert_eq!(place.held(), (0, 0));
}

async fn a_migration_may_be_empty_when_it_says_so(place: Place) {
    let files = Files::new(
        place.dialect(),
        &[("1_nothing.sql", "-- migrate(empty)\n"), ("2_t.sql", "CREATE TABLE t (id INTEGER)")],
    );
    let report = ok(&place, &files).await;
    assert_eq!(report.steps.iter().map(|step| step.statements).collect::<Vec<_>>(), [0, 1]);
    assert!(ok(&place, &files).await.is_empty());
}

async fn a_hundred_statements_fail_at_the_one_that_is_wrong(place: Place) {
    let mut text = String::from("INSERT INTO t VALUES (1); -- one; not two\n");
    for line in 2..=100 {
        // A value that the server refuses without saying where.
        let value = if line == 61 { "1" } else { "2" };
        let id = if line == 61 { "1".to_owned() } else { format!("{line}") };
        text.push_str(&format!("/* {value} */ INSERT INTO t VALUES ({id});\n"));
    }
    let files = Files::new(
        place.dialect(),
        &[("1_t.sql", "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY);"), ("2_rows.sql", &text)],
    );
    let error = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::Script { statement: Some(61), total: 100, .. }), "{error}");
    assert!(error.to_string().contains("/2_rows.sql:61:9"), "{error}");
    assert_eq!(place.ask("SELECT count(*) FROM t"), "0");
}

//! The server versions that a history is meant for, against the version that answers.

use migrate::{Dialect, Migrations, Notice, SourceOptions, migrate};

use crate::files::{Files, SHOP};
use crate::place::{Place, on_every_engine};

on_every_engine!(
    a_server_that_is_not_meant_is_a_notice_and_no_error,
    a_server_that_is_meant_is_no_notice,
    a_server_of_the_default_is_no_notice,
);

fn history(place: &Place, files: &Files, server: &str) -> Migrations {
    let options = SourceOptions::new(place.dialect()).server(server);
    Migrations::from_dir(files.folder(), options).unwrap_or_else(|error| panic!("{error}"))
}

fn version(place: &Place) -> String {
    place.ask(match place.dialect() {
        Dialect::Postgres => "SHOW server_version",
        Dialect::Sqlite => "SELECT sqlite_version()",
        _ => "SELECT version()",
    })
}

async fn a_server_that_is_not_meant_is_a_notice_and_no_error(place: Place) {
    let files = Files::new(place.dialect(), &SHOP);
    // Servers of these versions run nowhere here.
    let old = match place.dialect() {
        Dialect::Postgres => ">=10, <=12",
        Dialect::Sqlite => "3.35",
        _ => "10.5",
    };
    let report = migrate(place.url(), &history(&place, &files, old)).await.unwrap();
    assert_eq!(report.steps.len(), 3);
    let [notice] = &report.notices[..] else { panic!("{report}") };
    let Notice::ServerOutsideInterval { history: name, version: said, interval } = notice else {
        panic!("{notice}")
    };
    assert_eq!((name.as_str(), interval.as_str()), ("app", old));
    if place.dialect() != Dialect::Sqlite {
        // The command-line program of SQLite is another library than the one in this test.
        assert!(version(&place).starts_with(said.as_str()), "{said}");
    }
    assert_eq!(
        notice.to_string(),
        format!("app: the server is version {said}, and the migrations were checked for {old}")
    );

    let again = migrate(place.url(), &history(&place, &files, old)).await.unwrap();
    assert!(again.is_empty() && again.notices.is_empty(), "{again}");
}

async fn a_server_that_is_meant_is_no_notice(place: Place) {
    let files = Files::new(place.dialect(), &SHOP);
    let series = match place.dialect() {
        Dialect::Postgres => ">=10, <99",
        Dialect::Sqlite => ">=3.35, <4",
        _ => ">=10.5, <99",
    };
    let report = migrate(place.url(), &history(&place, &files, series)).await.unwrap();
    assert!(report.steps.len() == 3 && report.notices.is_empty(), "{report}");
}

async fn a_server_of_the_default_is_no_notice(place: Place) {
    let files = Files::new(place.dialect(), &SHOP);
    let report = migrate(place.url(), &files.history()).await.unwrap();
    assert!(report.steps.len() == 3 && report.notices.is_empty(), "{report}");
}

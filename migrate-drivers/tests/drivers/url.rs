//! URLs, and what they must not give away.

use migrate_core::session::{DbError, Fault, IntoDriver};

use crate::conduct::keeps_the_secret;

const SECRET: &str = "canary-s3cr3t";

fn refused(url: &str) -> DbError {
    let error = url.into_driver().expect_err(url);
    assert_eq!(error.fault(), Fault::Config, "{url}");
    keeps_the_secret(&error, SECRET);
    error
}

#[test]
fn an_unknown_scheme_lists_the_known_ones() {
    let error = refused("oracle://u:canary-s3cr3t@host/db").to_string();
    assert!(error.contains("`oracle:`") && error.contains("`mariadb://`"), "{error}");
    for url in ["", "postgres", "u:canary-s3cr3t@host/db", "canary-s3cr3t@host:5432/db", "/db.sqlite", "://x"]
    {
        assert!(refused(url).to_string().contains("has no scheme"), "{url}");
    }
}

#[test]
#[cfg(not(feature = "postgres"))]
fn a_scheme_whose_feature_is_off_names_the_feature() {
    assert!(refused("postgres://u:canary-s3cr3t@host/db").to_string().contains("feature `postgres`"));
    assert!(refused("postgresql://u:canary-s3cr3t@host/db").to_string().contains("feature `postgres`"));
}

#[test]
#[cfg(not(feature = "mysql"))]
fn the_scheme_of_mysql_names_its_feature() {
    assert!(refused("mariadb://u:canary-s3cr3t@host/db").to_string().contains("feature `mysql`"));
}

#[test]
#[cfg(not(feature = "sqlite"))]
fn the_scheme_of_sqlite_names_its_feature() {
    assert!(refused("sqlite:db.sqlite").to_string().contains("feature `sqlite`"));
}

#[test]
#[cfg(all(feature = "postgres", feature = "mysql"))]
fn a_misspelt_url_never_shows_a_part_of_itself() {
    for scheme in ["postgres", "mysql"] {
        for rest in [
            "u:canary-s3cr3t@host:port/db",
            "u:canary-s3cr3t@[::1/db",
            "u:1?sslmode=canary-s3cr3t@host/db",
            "u:1?ssl-mode=\"canary-s3cr3t\"@host/db",
            "u:canary-s3cr3t%ff@host/db?statement-cache-capacity=canary-s3cr3t",
            "u:%ffcanary-s3cr3t@host/db",
        ] {
            refused(&format!("{scheme}://{rest}"));
        }
    }
}

#[tokio::test]
#[cfg(all(feature = "postgres", feature = "mysql"))]
async fn a_host_that_does_not_answer_is_named_without_the_password() {
    use migrate_core::session::Driver;

    for (url, place) in [
        ("postgres://u:canary-s3cr3t@127.0.0.1:1/db", "127.0.0.1:1"),
        ("postgres://u:canary-s3cr3t@no-such-host.invalid/db", "no-such-host.invalid:5432"),
        ("postgres://u@localhost:1/db?password=canary-s3cr3t&host=/no/such/folder", "/no/such/folder"),
        // The password was not encoded, and what follows its slash is the database's name.
        ("postgres://u:1/canary-s3cr3t@host/db", "u:1"),
        ("postgres://u:#canary-s3cr3t@host/db", "u:5432"),
        ("postgres://u:/canary-s3cr3t@host/db", "u:5432"),
        ("mysql://u:canary-s3cr3t@127.0.0.1:1/db", "127.0.0.1:1"),
        ("mysql://u:canary-s3cr3t@no-such-host.invalid/db", "no-such-host.invalid:3306"),
        ("mysql://u:canary-s3cr3t@localhost/db?socket=/no/such/socket", "/no/such/socket"),
        ("mysql://u:1/canary-s3cr3t@host/db", "u:1"),
    ] {
        let driver = url.into_driver().unwrap();
        assert!(!format!("{driver:?}{driver:#?}").contains(SECRET));
        for error in [driver.lend().await.unwrap_err(), driver.connect().await.unwrap_err()] {
            assert_eq!(error.fault(), Fault::Connection, "{error}");
            assert!(error.message().contains(place), "{error}");
            keeps_the_secret(&error, SECRET);
        }
    }
}

#[tokio::test]
#[cfg(feature = "sqlite")]
async fn a_url_in_memory_is_refused_because_nobody_could_see_it_migrated() {
    use migrate_core::session::Driver;

    for url in ["sqlite::memory:", "sqlite://:memory:", "sqlite::memory:?cache=shared"] {
        assert!(refused(url).to_string().contains("pass the pool"), "{url}");
    }
    refused("sqlite:db.sqlite?mode=unknown");
    let driver = "sqlite:/no/such/folder/db.sqlite".to_owned().into_driver().unwrap();
    let error = driver.lend().await.unwrap_err();
    assert_eq!(error.fault(), Fault::Config);
    assert!(error.message().contains("its folder does not exist"), "{error}");
}

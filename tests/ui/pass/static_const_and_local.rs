#![deny(warnings)]

use migrate::{Dialect, Migrations, migrations};

static STATIC: Migrations = migrations!("data/good", dialect = postgres, ignore = ["seed.sql"]);
const CONST: Migrations =
    migrations!("./data//good/", dialect = mariadb, ignore = ["seed.sql"], name = "other", allow(empty),);

fn main() {
    assert_eq!(migrations!(dialect = sqlite).get(0).unwrap().up().path(), "migrations/1_a.sql");

    let local = migrations!("data/diesel", dialect = sqlite);

    let allowed = migrations!(
        "data/allowed",
        dialect = postgres,
        allow(empty),
        allow("7/down", syntax-error, "published, and never run"),
    );
    assert_eq!(allowed.len(), 1);

    let locked = migrations!("data/locked", dialect = postgres);
    assert_eq!(locked.len(), 3);

    assert_eq!(STATIC.name(), env!("CARGO_PKG_NAME"));
    assert_eq!(STATIC.release(), env!("CARGO_PKG_VERSION"));
    assert_eq!(STATIC.dialect(), Dialect::Postgres);
    assert_eq!(STATIC.len(), 2);
    let second = STATIC.get(1).unwrap();
    assert_eq!((second.version(), second.name()), ("2", "b"));
    assert!(!second.up().transactional());
    assert_eq!(second.up().path(), "data/good/2_b.up.sql");
    assert_eq!(second.up().statements().collect::<Vec<_>>(), ["CREATE INDEX i ON a (id)"]);
    assert_eq!(second.down().unwrap().body(), "DROP INDEX i;\n");

    assert_eq!(CONST.name(), "other");
    assert_eq!(CONST.dialect(), Dialect::MariaDb);
    assert_eq!(CONST.fingerprint(), STATIC.fingerprint());

    assert_eq!(local.get(0).unwrap().name(), "a b");
    assert_eq!(local.get(0).unwrap().up().statements().count(), 2);
}

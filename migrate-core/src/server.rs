//! What kind of server answers, and which version: read out of what it says of itself. Decides which servers
//! the promises of this library hold on.

use crate::dialect::Dialect;

/// A server that speaks one of the protocols we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) flavour: Flavour,
    /// The first numbers of its version: `15.18` is `[15, 18, 0]`.
    pub(crate) version: [u32; 3],
}

/// Who made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    Postgres,
    Cockroach,
    Yugabyte,
    Dsql,
    MySql,
    MariaDb,
    Vitess,
    Sqlite,
}

/// The words by which a flavour is known in a version text, the most telling first.
const MARKS: [(&str, Flavour); 8] = [
    ("cockroachdb", Flavour::Cockroach),
    ("-yb-", Flavour::Yugabyte),
    ("yugabyte", Flavour::Yugabyte),
    ("aurora dsql", Flavour::Dsql),
    ("vitess", Flavour::Vitess),
    ("planetscale", Flavour::Vitess),
    ("mariadb", Flavour::MariaDb),
    ("postgresql", Flavour::Postgres),
];

impl Server {
    /// Reads a version text: `PostgreSQL 15.18 (Debian …)`, `10.11.19-MariaDB-0+deb12u1`, `9.7.4`, `3.45.0`.
    pub(crate) fn read(dialect: Dialect, text: &str) -> Server {
        let lower = text.to_lowercase();
        let known = MARKS.iter().find(|(mark, _)| lower.contains(mark)).map(|(_, flavour)| *flavour);
        let flavour = known.unwrap_or(match dialect {
            Dialect::Postgres => Flavour::Postgres,
            Dialect::MySql | Dialect::MariaDb => Flavour::MySql,
            Dialect::Sqlite => Flavour::Sqlite,
        });
        // Replicas of MariaDB put a version before their own, for clients that know no two digits.
        let from = lower.strip_prefix("5.5.5-").unwrap_or(&lower);
        Server { flavour, version: numbers(from) }
    }

    /// Why the promises of this library do not hold on it; `None` when they do.
    pub(crate) fn unsupported(&self) -> Option<&'static str> {
        let [major, minor, _] = self.version;
        match self.flavour {
            Flavour::Cockroach => Some(
                "its advisory locks are stubs that always say yes, and DDL in a transaction can fail after its COMMIT",
            ),
            Flavour::Yugabyte => {
                Some("it commits each DDL statement by itself, so a migration would not be all or nothing")
            }
            Flavour::Dsql => Some("it allows one DDL statement in a transaction and has no session locks"),
            Flavour::Vitess => Some(
                "it gives out a named lock per shard and ends the connection that holds it after some seconds",
            ),
            Flavour::Postgres if major < 11 => {
                Some("versions before 11 lack statements that the books are kept with")
            }
            Flavour::MySql if major < 8 => {
                Some("before version 8 a DDL statement that is interrupted can take effect in part")
            }
            Flavour::MariaDb if (major, minor) < (10, 5) => {
                Some("versions before 10.5 have reached their end, and nothing is known of them here")
            }
            Flavour::Sqlite if (major, minor) < (3, 35) => {
                Some("versions before 3.35 lack statements that migrations are written with")
            }
            Flavour::Postgres | Flavour::MySql | Flavour::MariaDb | Flavour::Sqlite => None,
        }
    }
}

/// The first run of numbers separated by dots.
fn numbers(text: &str) -> [u32; 3] {
    let mut version = [0; 3];
    let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let end =
        text[start..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(text.len(), |end| start + end);
    for (slot, number) in version.iter_mut().zip(text[start..end].split('.')) {
        *slot = number.parse().unwrap_or(0);
    }
    version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flavour_and_version_are_read_out_of_what_servers_say() {
        for (dialect, text, flavour, version) in [
            (
                Dialect::Postgres,
                "PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64",
                Flavour::Postgres,
                [15, 18, 0],
            ),
            (Dialect::Postgres, "PostgreSQL 19rc1 on x86_64", Flavour::Postgres, [19, 0, 0]),
            (
                Dialect::Postgres,
                "CockroachDB CCL v25.1.0 (x86_64-pc-linux-gnu)",
                Flavour::Cockroach,
                [25, 1, 0],
            ),
            (Dialect::Postgres, "PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64", Flavour::Yugabyte, [15, 2, 0]),
            (Dialect::Postgres, "PostgreSQL 16 (Aurora DSQL)", Flavour::Dsql, [16, 0, 0]),
            (Dialect::MySql, "10.11.19-MariaDB-0+deb12u1 Debian 12", Flavour::MariaDb, [10, 11, 19]),
            (Dialect::MySql, "5.5.5-10.6.1-MariaDB", Flavour::MariaDb, [10, 6, 1]),
            (Dialect::MySql, "9.7.4 MySQL Community Server - GPL", Flavour::MySql, [9, 7, 4]),
            (Dialect::MySql, "8.0.30-Vitess Version: 19.0.0", Flavour::Vitess, [8, 0, 30]),
            (Dialect::MySql, "8.4.6 PlanetScale", Flavour::Vitess, [8, 4, 6]),
            (Dialect::Sqlite, "3.45.0", Flavour::Sqlite, [3, 45, 0]),
            (Dialect::Sqlite, "", Flavour::Sqlite, [0, 0, 0]),
        ] {
            assert_eq!(Server::read(dialect, text), Server { flavour, version }, "{text}");
        }
    }

    #[test]
    fn servers_that_break_a_promise_are_named_with_the_reason() {
        let why = |dialect, text| Server::read(dialect, text).unsupported();
        for text in [
            "CockroachDB CCL v25.1.0",
            "PostgreSQL 15.2-YB-2.25",
            "PostgreSQL 16 (Aurora DSQL)",
            "PostgreSQL 9.6.24",
        ] {
            assert!(why(Dialect::Postgres, text).is_some(), "{text}");
        }
        for text in ["8.0.30-Vitess", "5.6.24", "10.2.44-MariaDB"] {
            assert!(why(Dialect::MySql, text).is_some(), "{text}");
        }
        assert_eq!(why(Dialect::Postgres, "PostgreSQL 15.18"), None);
        assert_eq!(why(Dialect::MySql, "10.11.19-MariaDB"), None);
        assert_eq!(why(Dialect::MySql, "8.0.36"), None);
        assert_eq!(why(Dialect::Sqlite, "3.40.1"), None);
    }
}

//! What a run did, as values that print well.

use std::fmt;
use std::time::Duration;

use crate::text::Listed;

/// What a run did: which migrations it applied, in which order, how long each took, and what it noticed.
///
/// [`Display`](fmt::Display) prints a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The migrations that this run applied, in order. Empty when nothing was pending, or when another
    /// instance did the work.
    pub steps: Vec<Step>,
    /// What was noticed on the way and is no error.
    pub notices: Vec<Notice>,
    /// How long the run waited for another instance that held the lock.
    pub waited: Duration,
    /// How long the whole run took, with connecting and waiting.
    pub duration: Duration,
}

/// One applied migration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Name of the history.
    pub history: String,
    /// Canonical text of the version.
    pub version: String,
    /// Name of the migration.
    pub name: String,
    /// Path of the file, relative to the crate that owns the history.
    pub path: String,
    /// Number of statements that ran. Fewer than the file has when an earlier run had done some of them.
    pub statements: usize,
    /// How long it took, with its bookkeeping.
    pub duration: Duration,
}

/// Something that was noticed and is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// An applied file differs in comments or white space from what was applied.
    TextDiffers {
        /// Name of the history.
        history: String,
        /// The file, where it is known: a boot with nothing pending reads no more than one hash over all.
        path: Option<String>,
    },
    /// A migration has another name than when it was applied.
    Renamed {
        /// Name of the history.
        history: String,
        /// Its version.
        version: String,
        /// The name it was applied under.
        was: String,
        /// The name it has now.
        is: String,
    },
    /// The database has migrations that this binary does not know: a newer release has run.
    NewerDatabase {
        /// Name of the history.
        history: String,
        /// The release that applied the newest one.
        release: String,
        /// The versions that this binary does not know.
        versions: Vec<String>,
    },
    /// Migrations are applied behind newer ones, as [`OutOfOrder::Apply`](crate::OutOfOrder::Apply) asks.
    OutOfOrder {
        /// Name of the history.
        history: String,
        /// The versions that come late.
        versions: Vec<String>,
        /// The newest version that was applied before.
        newest: String,
    },
    /// A newer release has taken away what this binary may use, and it runs all the same, as
    /// [`allow_older`](crate::Migrator::allow_older) asks.
    BelowFloor {
        /// Name of the history.
        history: String,
        /// The version that this binary would have to know.
        version: String,
        /// The release that applied the newest migration.
        release: String,
    },
    /// The lock does not exclude other sessions, as behind a transaction pooler; the migrations were
    /// protected by their history rows and a lock of each transaction.
    LockNotExclusive {
        /// What the second connection saw.
        detail: String,
    },
    /// The server has a version that the migrations are not meant for, so nobody has checked them for it. Seen by a
    /// run that has something to apply.
    ServerOutsideInterval {
        /// Name of the history.
        history: String,
        /// The version of the server.
        version: String,
        /// The versions that the history is meant for.
        interval: String,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::TextDiffers { history, path: Some(path) } => write!(
                f,
                "{history}: {path} differs in comments or white space from what was applied; its statements are the same"
            ),
            Notice::TextDiffers { history, path: None } => write!(
                f,
                "{history}: an applied file differs in comments or white space from what was applied; the statements are the same"
            ),
            Notice::Renamed { history, version, was, is } => {
                write!(f, "{history}: version {version} was applied as {was:?} and is called {is:?} now")
            }
            Notice::NewerDatabase { history, release, versions } => write!(
                f,
                "{history}: the database is newer than this binary: release {release} has applied {}",
                Listed(versions)
            ),
            Notice::OutOfOrder { history, versions, newest } => {
                write!(f, "{history}: applied behind the newer version {newest}: {}", Listed(versions))
            }
            Notice::BelowFloor { history, version, release } => write!(
                f,
                "{history}: this binary is too old for the database, and was told to run: release {release} has applied \
                 version {version}, which every running binary must know"
            ),
            Notice::LockNotExclusive { detail } => {
                write!(f, "the database's lock does not exclude other sessions ({detail})")
            }
            Notice::ServerOutsideInterval { history, version, interval } => write!(
                f,
                "{history}: the server is version {version}, and the migrations were checked for {interval}"
            ),
        }
    }
}

impl Report {
    /// Whether this run changed nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// A duration as people read it, to three digits.
fn time(duration: Duration) -> String {
    let us = duration.as_micros();
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{:.2} ms", us as f64 / 1e3),
        10_000..100_000 => format!("{:.1} ms", us as f64 / 1e3),
        100_000..1_000_000 => format!("{:.0} ms", us as f64 / 1e3),
        _ => format!("{:.2} s", us as f64 / 1e6),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            write!(f, "nothing was pending ({})", time(self.duration))?;
        } else {
            let header = ["history", "version", "name", "statements", "time"].map(str::to_owned);
            let rows: Vec<[String; 5]> = std::iter::once(header)
                .chain(self.steps.iter().map(|step| {
                    [
                        step.history.clone(),
                        step.version.clone(),
                        step.name.clone(),
                        step.statements.to_string(),
                        time(step.duration),
                    ]
                }))
                .collect();
            let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
            let widths: [usize; 5] = std::array::from_fn(width);
            for row in &rows {
                let [history, version, name, statements, time] = row;
                let [a, b, c, d, e] = widths;
                writeln!(f, "{history:<a$}  {version:<b$}  {name:<c$}  {statements:>d$}  {time:>e$}")?;
            }
            let count = self.steps.len();
            let plural = if count == 1 { "" } else { "s" };
            write!(f, "{count} migration{plural} applied in {}", time(self.duration))?;
        }
        if self.waited > Duration::ZERO {
            write!(f, ", {} of it waiting for another instance", time(self.waited))?;
        }
        for notice in &self.notices {
            write!(f, "\nnote: {notice}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_prints_as_a_table() {
        let step = |version: &str, name: &str, us| Step {
            history: "shop".into(),
            version: version.into(),
            name: name.into(),
            path: format!("migrations/{version}_{name}.sql"),
            statements: 2,
            duration: Duration::from_micros(us),
        };
        let report = Report {
            steps: vec![step("1", "users", 812), step("20260101", "orders", 12_345)],
            duration: Duration::from_millis(31),
            ..Report::default()
        };
        assert_eq!(
            report.to_string(),
            "history  version   name    statements     time\n\
             shop     1         users            2   812 µs\n\
             shop     20260101  orders           2  12.3 ms\n\
             2 migrations applied in 31.0 ms"
        );
    }

    #[test]
    fn nothing_pending_is_one_line() {
        let report = Report { duration: Duration::from_micros(210), ..Report::default() };
        assert_eq!(report.to_string(), "nothing was pending (210 µs)");
    }
}

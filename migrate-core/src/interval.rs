//! Which versions of the server a history is meant for: the interval that is declared, and the one that is
//! meant when none is. It compares versions; it does not know what they can do.

use std::fmt;

use semver::{Comparator, Op, VersionReq};

use crate::dialect::Dialect;
use crate::server::{Flavour, Server};

/// A version of a server: `15.18` is `[15, 18, 0]`.
pub type ServerVersion = [u32; 3];

/// The server versions that a history is meant for: `>=13, <=18`.
///
/// A version is as long as it is written: `<=18` has every 18.x in it and `>18` none, and a version without a
/// sign in front is that series, so that `10.6` has 10.6.19 in it and 10.7 not. Without a lower end the one of
/// the default is meant.
///
/// # Examples
///
/// ```
/// use migrate_core::{Dialect, interval::Interval};
///
/// let interval = Interval::new(Dialect::Postgres, ">=13, <=18")?;
/// assert!(interval.contains([13, 0, 0]) && interval.contains([18, 4, 0]));
/// assert!(!interval.contains([12, 22, 0]) && !interval.contains([19, 0, 0]));
/// # Ok::<(), migrate_core::interval::IntervalError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    dialect: Dialect,
    /// As it was written, with single spaces behind its commas.
    text: String,
    /// The first version that is known to be in it.
    floor: ServerVersion,
    from: ServerVersion,
    /// Not in it any more.
    end: ServerVersion,
}

/// Why a text is no [`Interval`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntervalError {
    message: String,
    help: String,
}

/// What is known of the versions of a server.
struct Product {
    name: &'static str,
    flavour: Flavour,
    /// What is meant when nothing is declared: what this library supports.
    default: &'static str,
    /// The series: the first version of each that was released for use, and where the next one begins.
    series: &'static [(ServerVersion, ServerVersion)],
    /// How many numbers name a series.
    places: usize,
}

/// The series `$major.$minor` from `$first` to `$last`.
macro_rules! minors {
    ($major:literal: $first:literal to $last:literal) => {
        ([$major, $first, 0], [$major, $last + 1, 0])
    };
}

const POSTGRES: Product = Product {
    name: "PostgreSQL",
    flavour: Flavour::Postgres,
    default: ">=13",
    series: &[([10, 0, 0], [20, 0, 0])],
    places: 1,
};
const MYSQL: Product = Product {
    name: "MySQL",
    flavour: Flavour::MySql,
    default: ">=8.0",
    // What came before 8.0.11 were milestones.
    series: &[([5, 7, 9], [5, 8, 0]), ([8, 0, 11], [8, 1, 0]), minors!(8: 1 to 4), minors!(9: 0 to 7)],
    places: 2,
};
const MARIADB: Product = Product {
    name: "MariaDB",
    flavour: Flavour::MariaDb,
    default: ">=10.5",
    // What came before these was alpha, beta or candidate.
    series: &[
        ([10, 2, 6], [10, 3, 0]),
        ([10, 3, 7], [10, 4, 0]),
        ([10, 4, 6], [10, 5, 0]),
        ([10, 5, 4], [10, 6, 0]),
        ([10, 6, 3], [10, 7, 0]),
        minors!(10: 7 to 11),
        minors!(11: 0 to 8),
        minors!(12: 0 to 3),
    ],
    places: 2,
};
const SQLITE: Product = Product {
    name: "SQLite",
    flavour: Flavour::Sqlite,
    default: ">=3.35",
    series: &[minors!(3: 20 to 53)],
    places: 2,
};

const fn product(dialect: Dialect) -> &'static Product {
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::MySql => &MYSQL,
        Dialect::MariaDb => &MARIADB,
        Dialect::Sqlite => &SQLITE,
    }
}

/// Behind every version.
const NEVER: ServerVersion = [u32::MAX; 3];

impl Interval {
    /// Reads the interval that is declared for the servers of `dialect`.
    ///
    /// # Errors
    ///
    /// It cannot be read, or has no version in it that is known.
    pub fn new(dialect: Dialect, text: &str) -> Result<Self, IntervalError> {
        let product = product(dialect);
        let parts: Vec<String> = text.split(',').map(|part| part.trim().to_owned()).collect();
        let whole = parts.join(", ");
        let read = |part: &String| {
            let sign = if part.starts_with(|c: char| c.is_ascii_digit()) { "=" } else { "" };
            VersionReq::parse(&format!("{sign}{part}"))
        };
        let read: Result<Vec<VersionReq>, _> = parts.iter().map(read).collect();
        let requests = read.map_err(|error| IntervalError {
            message: format!("the server versions {text:?} cannot be read: {error}"),
            help: format!(
                "write an interval of versions of {}, as in \"{}\"",
                product.name,
                product.example()
            ),
        })?;
        let comparators = || requests.iter().flat_map(|request| &request.comparators);
        if let Some(comparator) = comparators().find(|comparator| !comparator.pre.is_empty()) {
            return Err(IntervalError {
                message: format!("the server versions {text:?} cannot be read: {comparator} is no release"),
                help: "name the release that it comes before".to_owned(),
            });
        }
        let end = comparators().map(end).min().unwrap_or(NEVER);
        let oldest = product.series.first().map_or([0; 3], |(first, _)| *first);
        let usual = comparators_of(product.default).map(|comparator| start(&comparator)).max();
        let from = match comparators().map(start).max() {
            Some(from) if from > [0; 3] => from,
            _ => usual.filter(|usual| *usual < end).unwrap_or(oldest),
        };
        let known = product.series.iter().filter(|(first, next)| from.max(*first) < end.min(*next));
        match known.map(|(first, _)| from.max(*first)).min() {
            Some(floor) => Ok(Interval { dialect, text: whole, floor, from, end }),
            None => Err(IntervalError {
                message: format!("no version of {} that is known is in {text:?}", product.name),
                help: format!("what is known: {}", product.known()),
            }),
        }
    }

    /// What is meant when nothing is declared: the versions that this library supports.
    #[must_use]
    pub fn of(dialect: Dialect) -> Self {
        let text = product(dialect).default;
        let from = comparators_of(text).map(|comparator| start(&comparator)).max().unwrap_or_default();
        let first = product(dialect).series.iter().map(|(first, _)| *first);
        let floor = first.filter(|first| same_series(*first, from)).max().unwrap_or(from).max(from);
        Interval { dialect, text: text.to_owned(), floor, from, end: NEVER }
    }

    /// Whether `version` is in it.
    #[must_use]
    pub fn contains(&self, version: ServerVersion) -> bool {
        self.from <= version && version < self.end
    }

    /// The first version that is known to be in it.
    #[must_use]
    pub fn floor(&self) -> ServerVersion {
        self.floor
    }

    /// The dialect of its servers.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same from `floor` on; without its upper end when that comes before.
    pub(crate) fn raised(&self, floor: ServerVersion) -> String {
        let upper = self.text.split(", ").filter(|part| part.starts_with('<') && floor < self.end);
        let floor = format!(">={}", shown(self.dialect, floor));
        std::iter::once(&*floor).chain(upper).collect::<Vec<_>>().join(", ")
    }

    /// The version that answers, when it is one of the declared product and outside of the interval.
    pub(crate) fn misses(&self, server: &Server) -> Option<String> {
        let outside = server.flavour == product(self.dialect).flavour && !self.contains(server.version);
        outside.then(|| {
            let [major, minor, patch] = server.version;
            let places: &[u32] =
                if product(self.dialect).places == 1 { &[major, minor] } else { &[major, minor, patch] };
            places.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
        })
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl IntervalError {
    /// What is wrong, in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl fmt::Display for IntervalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.help)
    }
}

impl std::error::Error for IntervalError {}

/// The name of the servers of `dialect`.
pub(crate) fn product_name(dialect: Dialect) -> &'static str {
    product(dialect).name
}

/// A version as people write it: without the zeros at its end that name nothing.
pub(crate) fn shown(dialect: Dialect, version: ServerVersion) -> String {
    let written = version.iter().rposition(|number| *number != 0).map_or(1, |last| last + 1);
    let places = &version[..written.max(product(dialect).places)];
    places.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

impl Product {
    fn example(&self) -> String {
        let last = self.series.last().map(|(_, next)| *next).unwrap_or_default();
        let last = match (self.places, last) {
            (1, [major, ..]) => (major - 1).to_string(),
            (_, [major, minor, _]) => format!("{major}.{}", minor - 1),
        };
        format!("{}, <={last}", self.default)
    }

    /// `10 to 19`, `8.0 to 8.4, 9.0 to 9.7`.
    fn known(&self) -> String {
        let each = self.series.iter().map(|([major, minor, _], [next, next_minor, _])| match self.places {
            1 => format!("{major} to {}", next - 1),
            _ if minor + 1 == *next_minor => format!("{major}.{minor}"),
            _ => format!("{major}.{minor} to {major}.{}", next_minor - 1),
        });
        each.collect::<Vec<_>>().join(", ")
    }
}

fn same_series(a: ServerVersion, b: ServerVersion) -> bool {
    a[..2] == b[..2]
}

fn comparators_of(text: &str) -> impl Iterator<Item = Comparator> {
    VersionReq::parse(text).map(|request| request.comparators).unwrap_or_default().into_iter()
}

/// The first version that a comparison has in it.
fn start(comparator: &Comparator) -> ServerVersion {
    match comparator.op {
        Op::Less | Op::LessEq => [0; 3],
        Op::Greater => behind(comparator),
        _ => written(comparator),
    }
}

/// The first version that a comparison has not in it any more.
fn end(comparator: &Comparator) -> ServerVersion {
    match (comparator.op, comparator.minor) {
        (Op::Less, _) => written(comparator),
        (Op::Exact | Op::LessEq | Op::Wildcard, _) | (Op::Tilde, None) => behind(comparator),
        (Op::Tilde, Some(_)) => behind(&Comparator { patch: None, ..comparator.clone() }),
        (Op::Caret, _) => behind(&Comparator { minor: None, patch: None, ..comparator.clone() }),
        _ => NEVER,
    }
}

fn written(comparator: &Comparator) -> ServerVersion {
    [comparator.major, comparator.minor.unwrap_or(0), comparator.patch.unwrap_or(0)].map(number)
}

/// The first version behind all that begin with what is written.
fn behind(comparator: &Comparator) -> ServerVersion {
    let [major, minor, patch] = written(comparator);
    match (comparator.minor, comparator.patch) {
        (None, _) => [major.saturating_add(1), 0, 0],
        (_, None) => [major, minor.saturating_add(1), 0],
        _ => [major, minor, patch.saturating_add(1)],
    }
}

fn number(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;

    fn interval(text: &str) -> Interval {
        Interval::new(Dialect::Postgres, text).unwrap()
    }

    #[test]
    fn a_version_is_as_long_as_it_is_written() {
        for (text, inside, outside) in [
            ("<=18", vec![[18, 0, 0], [18, 99, 0], [13, 0, 0]], vec![[19, 0, 0], [12, 22, 0]]),
            (">=13", vec![[13, 0, 0], [99, 0, 0]], vec![[12, 22, 0]]),
            (">13", vec![[14, 0, 0]], vec![[13, 23, 0]]),
            (">=13.4", vec![[13, 4, 0], [14, 0, 0]], vec![[13, 3, 0]]),
            (">13.4", vec![[13, 5, 0]], vec![[13, 4, 0], [13, 4, 9]]),
            ("<18", vec![[17, 99, 0]], vec![[18, 0, 0]]),
            ("15", vec![[15, 0, 0], [15, 18, 0]], vec![[14, 9, 0], [16, 0, 0]]),
            ("15.4", vec![[15, 4, 0]], vec![[15, 5, 0]]),
            ("=15", vec![[15, 18, 0]], vec![[16, 0, 0]]),
            ("~15.4", vec![[15, 4, 1]], vec![[15, 5, 0]]),
            ("~15", vec![[15, 4, 1]], vec![[16, 0, 0]]),
            ("^15.4", vec![[15, 9, 0]], vec![[15, 3, 0], [16, 0, 0]]),
            ("15.*", vec![[15, 9, 0]], vec![[16, 0, 0]]),
            ("*", vec![[13, 0, 0], [77, 0, 0]], vec![[12, 0, 0]]),
            (">=13,<=18", vec![[13, 0, 0], [18, 4, 0]], vec![[12, 9, 9], [19, 0, 0]]),
        ] {
            let interval = interval(text);
            for version in inside {
                assert!(interval.contains(version), "{text} {version:?}");
            }
            for version in outside {
                assert!(!interval.contains(version), "{text} {version:?}");
            }
        }
    }

    #[test]
    fn versions_are_compared_as_the_semver_crate_compares_them() {
        let texts = [
            ">=13", ">13", "<=18", "<18", "=15", "=15.4", "~15.4", "~15", "^15.4", "15.*", ">=13.2.1",
            ">13.2.1",
        ];
        for text in texts {
            let request = VersionReq::parse(text).unwrap();
            let (from, end) = (
                request.comparators.iter().map(start).max().unwrap(),
                request.comparators.iter().map(end).min().unwrap(),
            );
            for major in 12..20 {
                for (minor, patch) in [(0, 0), (2, 0), (2, 1), (2, 2), (4, 0), (4, 7), (5, 0)] {
                    let ours = (from..end).contains(&[major, minor, patch]);
                    let theirs = request.matches(&Version::new(major.into(), minor.into(), patch.into()));
                    assert_eq!(ours, theirs, "{text} {major}.{minor}.{patch}");
                }
            }
        }
    }

    #[test]
    fn the_floor_is_a_version_that_was_released() {
        let floor = |dialect, text| Interval::new(dialect, text).unwrap().floor();
        assert_eq!(floor(Dialect::MySql, ">=8.0"), [8, 0, 11]);
        assert_eq!(floor(Dialect::MySql, ">8.4"), [9, 0, 0]);
        assert_eq!(floor(Dialect::MySql, ">=8.0.19"), [8, 0, 19]);
        assert_eq!(floor(Dialect::Postgres, ">=9.6"), [10, 0, 0]);
        assert_eq!(floor(Dialect::Postgres, "<=18"), [13, 0, 0]);
        assert_eq!(floor(Dialect::Postgres, "<=12"), [10, 0, 0]);
        assert_eq!(floor(Dialect::MariaDb, "10.6"), [10, 6, 3]);
        for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::MariaDb, Dialect::Sqlite] {
            let default = Interval::of(dialect);
            assert_eq!(Interval::new(dialect, default.text()).unwrap(), default);
        }
    }

    #[test]
    fn what_cannot_be_read_and_what_nothing_satisfies_is_said() {
        let error = |dialect, text| Interval::new(dialect, text).unwrap_err().to_string();
        assert_eq!(
            error(Dialect::Postgres, ">=99"),
            "no version of PostgreSQL that is known is in \">=99\"; what is known: 10 to 19"
        );
        assert_eq!(
            error(Dialect::Postgres, ">=18, <14"),
            "no version of PostgreSQL that is known is in \">=18, <14\"; what is known: 10 to 19"
        );
        assert_eq!(
            error(Dialect::MySql, "=8.7"),
            "no version of MySQL that is known is in \"=8.7\"; what is known: 5.7, 8.0, 8.1 to 8.4, 9.0 to 9.7"
        );
        for text in ["", "new", ">=13 <=18", ">=13,", "13 to 18", ">=13-beta"] {
            let error = error(Dialect::Postgres, text);
            assert!(error.contains("cannot be read"), "{text}: {error}");
        }
        assert!(error(Dialect::Postgres, "y").ends_with("as in \">=13, <=19\""));
    }

    #[test]
    fn a_raised_floor_keeps_the_upper_end() {
        assert_eq!(interval(">=13, <=18").raised([15, 0, 0]), ">=15, <=18");
        assert_eq!(interval(">=13, <=16").raised([17, 0, 0]), ">=17");
        assert_eq!(interval("14").raised([15, 0, 0]), ">=15");
    }

    #[test]
    fn a_server_of_another_maker_is_not_compared() {
        let server = |text| Server::read(Dialect::MySql, text);
        let interval = Interval::of(Dialect::MySql);
        assert_eq!(interval.misses(&server("10.2.44-MariaDB")), None);
        assert_eq!(interval.misses(&server("5.7.44")), Some("5.7.44".to_owned()));
        assert_eq!(interval.misses(&server("8.4.0")), None);
    }
}

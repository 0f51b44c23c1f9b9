//! What servers can do since which version: a table for each dialect, and the findings about statements that
//! an interval of versions does not cover. It knows one statement at a time, and nothing of the catalog.

mod detect;
mod mariadb;
mod mysql;
mod pattern;
mod postgres;
mod sqlite;
mod words;

use self::detect::Search;
use crate::diagnostic::{Diagnostic, excerpt};
use crate::dialect::Dialect;
use crate::interval::{Interval, ServerVersion, product_name, shown};
use crate::migrations::Span;

/// The code of the findings.
pub(crate) const CODE: &str = "needs-newer-server";

/// Something that servers can do since some version.
#[derive(Debug)]
pub struct Feature {
    /// What it is called, as the subject of a sentence.
    name: &'static str,
    since: ServerVersion,
    detector: Detector,
    /// What older versions have instead, as an order; empty when there is nothing.
    instead: &'static str,
    /// A statement that uses it, on the tables of [`prepare`].
    sample: &'static str,
    source: Source,
}

/// How a statement that uses a feature is known.
#[derive(Debug)]
enum Detector {
    /// By its tokens; see [`pattern`].
    Syntax(&'static [&'static str]),
    /// The same, unless other tokens are there as well, with which it may mean something else.
    Unless(&'static [&'static str], &'static str),
    /// By a call of a function that is built in. One with the same name may be somebody's own.
    Function(&'static [&'static str]),
    /// By the type of a column.
    Type(&'static [&'static str]),
}

/// How it is known which version brought a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Older servers refused the sample and newer ones accepted it; the table says which servers.
    Measured,
    /// Newer servers accepted the sample; that older ones refuse it is what the manual or the release notes say.
    Manual,
}

impl Feature {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The first version that has it.
    #[must_use]
    pub fn since(&self) -> ServerVersion {
        self.since
    }

    /// A statement that uses it. It is refused by older servers and accepted by others when the objects of
    /// [`prepare`] are there.
    #[must_use]
    pub fn sample(&self) -> &'static str {
        self.sample
    }

    /// How its version is known.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// Functions can also come from extensions and from people.
    fn may_be_provided(&self) -> bool {
        matches!(self.detector, Detector::Function(_))
    }
}

/// The features of the servers of `dialect` that are looked for.
#[must_use]
pub fn features(dialect: Dialect) -> &'static [Feature] {
    match dialect {
        Dialect::Postgres => postgres::FEATURES,
        Dialect::MySql => mysql::FEATURES,
        Dialect::MariaDb => mariadb::FEATURES,
        Dialect::Sqlite => sqlite::FEATURES,
    }
}

/// The objects that the samples use.
#[must_use]
pub fn prepare(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => postgres::PREPARE,
        Dialect::MySql => mysql::PREPARE,
        Dialect::MariaDb => mariadb::PREPARE,
        Dialect::Sqlite => sqlite::PREPARE,
    }
}

/// The features that a statement by itself uses, by name.
#[must_use]
pub fn used(dialect: Dialect, statement: &str) -> Vec<&'static str> {
    let end = u32::try_from(statement.len()).unwrap_or(u32::MAX);
    let search = Search::new(dialect, features(dialect).iter());
    let whole = [Span::new(0, end)];
    let found = search.in_script(statement, &whole);
    found.map(|(feature, _)| feature.name).collect()
}

/// What the statements of `scripts`, each with its path and text, use that some version in `interval` has not. It
/// is an error when the interval was declared: then such a server is meant to be met.
pub(crate) fn findings<'s, I>(scripts: impl Fn() -> I, interval: &Interval, declared: bool) -> Vec<Diagnostic>
where
    I: Iterator<Item = (&'s str, &'s str, &'s [Span])>,
{
    let dialect = interval.dialect();
    let lacking = features(dialect).iter().filter(|feature| interval.floor() < feature.since);
    let search = Search::new(dialect, lacking);
    let mut diagnostics = Vec::new();
    for (path, text, statements) in scripts() {
        for (feature, span) in search.in_script(text, statements) {
            let function = feature.may_be_provided().then(|| last_word(span.of(text)));
            let made = |name| scripts().any(|(_, text, spans)| detect::provides(dialect, text, spans, name));
            if function.is_some_and(made) {
                continue;
            }
            let place = excerpt(path, text, span.start as usize, span.end as usize);
            diagnostics.push(finding(feature, interval, declared, function).at(place));
        }
    }
    diagnostics
}

/// The name of the function that is called: `pg_catalog.uuidv7` → `uuidv7`.
fn last_word(call: &str) -> &str {
    call.rsplit('.').next().unwrap_or(call).trim()
}

/// `function` is the name that may be that of another function.
fn finding(feature: &Feature, interval: &Interval, declared: bool, function: Option<&str>) -> Diagnostic {
    let certain = function.is_none();
    let dialect = interval.dialect();
    let (product, since, floor) =
        (product_name(dialect), shown(dialect, feature.since), shown(dialect, interval.floor()));
    let name = function.map_or_else(|| feature.name.to_owned(), |name| format!("{name}()"));
    let raised = interval.raised(feature.since);
    let message = if declared {
        format!("{name} needs {product} {since}, and `server = \"{interval}\"` has {floor} in it")
    } else {
        format!(
            "{name} needs {product} {since}; without `server = \"…\"` older ones are meant as well ({interval})"
        )
    };
    let diagnostic = match (declared, certain) {
        (false, _) => Diagnostic::note(CODE, message),
        (true, false) => Diagnostic::warning(CODE, message),
        (true, true) => Diagnostic::error(CODE, message),
    };
    let diagnostic =
        diagnostic.help(format!("if no older server will ever run this, write `server = \"{raised}\"`"));
    let diagnostic = if feature.instead.is_empty() {
        diagnostic
    } else {
        diagnostic.help(format!("for older servers {}", feature.instead))
    };
    if certain || !declared {
        return diagnostic;
    }
    diagnostic.help(format!(
        "if a function of that name comes from elsewhere, write `-- migrate(allow({CODE}, \"reason\"))` at the start of the file"
    ))
}

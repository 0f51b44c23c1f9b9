//! What a statement does, told once: what it creates and drops, which tables it locks, reads and writes anew,
//! whether it can run in a transaction or commits by itself, what it means for a binary that was built before
//! it, whether it can be undone, and whether it could be followed at all.
//!
//! These are facts and not rules: nothing here says what is good. What the catalog knows is used (a column
//! that a validated check keeps from being NULL needs no scan); what it cannot know is an
//! [`Answer::Depends`]. A statement that cannot be followed is [`opaque`](Effect::opaque), and neutral until
//! the file says in which [`Phase`] it belongs.

mod compat;
mod fact;
mod history;
mod mysql;
mod objects;
mod postgres;
mod reverse;
mod session;
mod shape;
mod sqlite;
pub(crate) mod words;

use std::collections::BTreeMap;

pub use crate::syntax::directive::Phase;
pub use fact::{
    Act, Algorithm, Answer, Class, Concurrency, InTransaction, Level, Online, Reason, Referrer, TableEffect,
    Touched, Versions,
};
pub use history::{Replayed, ScriptEffects, class_of, floor, phase_of, replay};

use self::words::Words;
use crate::ast::{AlterAction, Kind, Name, Statement};
use crate::catalog::model::{Entity, TypeKind};
use crate::catalog::{Catalog, Changes, Finding, Key, apply};
use crate::dialect::Dialect;
use crate::migrations::Span;

/// What one statement does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effect {
    /// Where it stands in its script.
    pub span: Span,
    /// What it creates, changes and drops.
    pub objects: Vec<Touched>,
    /// What it does to tables and materialized views that were there before it.
    pub tables: Vec<TableEffect>,
    /// MySQL and MariaDB: how its DDL is carried out at best.
    pub online: Option<Online>,
    /// Whether it writes: on SQLite, whether it takes the write lock.
    pub writes: bool,
    /// What it has to do with a transaction around it.
    pub transaction: InTransaction,
    /// MySQL and MariaDB: it commits what is open, and itself.
    pub commits: bool,
    /// What it means for a binary that was built before it.
    pub class: Class,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Those of the reasons that the schema before and after does not show.
    unseen: Vec<Reason>,
    /// Whether a statement exists that undoes it and loses nothing.
    pub reversible: Answer,
    /// What it does is not known completely.
    pub opaque: bool,
    /// Postgres: the columns of enum types in the tables that it names, with the type.
    pub(crate) enum_columns: Vec<(String, String)>,
    /// The same of the table that rows are inserted into, by position.
    pub(crate) enum_positions: Vec<(usize, String)>,
    /// Postgres: it adds a value to an enum.
    pub(crate) adds_value: bool,
    /// SQLite: the tables that refer to one that it drops.
    pub referrers: Vec<Referrer>,
    /// What it leaves behind in the session: a setting, a temporary object, a prepared statement, a lock.
    pub session_state: Option<&'static str>,
}

/// What the server does with a statement, beside what it does to the schema: what each dialect answers.
#[derive(Debug, Default)]
struct Physical {
    tables: Vec<TableEffect>,
    /// Where each of them is in the list.
    places: BTreeMap<Key, usize>,
    online: Option<Online>,
    writes: bool,
    transaction: InTransaction,
    commits: bool,
    referrers: Vec<Referrer>,
}

/// What a dialect is asked about.
struct Question<'a> {
    statement: &'a Statement,
    text: &'a str,
    words: Words<'a>,
    /// Before the statement.
    before: &'a Catalog,
    versions: Versions,
}

/// What `statement`, whose spans are of `text`, does to the database of `before`.
///
/// It works on a copy of the catalog; to go through a history, [`follow`] costs only what a statement changes.
#[must_use]
pub fn classify(statement: &Statement, text: &str, before: &Catalog, versions: Versions) -> Effect {
    follow(&mut before.clone(), statement, text, "", versions).0
}

/// What `statement` does, and does it to `catalog`, as [`apply`] does.
pub fn follow(
    catalog: &mut Catalog,
    statement: &Statement,
    text: &str,
    path: &str,
    versions: Versions,
) -> (Effect, Vec<Finding>) {
    let (effect, findings, _) = step(catalog, statement, text, path, versions);
    (effect, findings)
}

fn step(
    catalog: &mut Catalog,
    statement: &Statement,
    text: &str,
    path: &str,
    versions: Versions,
) -> (Effect, Vec<Finding>, Changes) {
    let words = Words::of(text, statement.span, catalog.dialect());
    let question = Question { statement, text, words, before: catalog, versions };
    let physical = physical(&question);
    let session_state = session::left_behind(&question);
    let reversible = reverse::reversible(&question);
    let (enum_columns, enum_positions) = enums(&question, &physical);
    let mut objects = objects::strangers(catalog, statement);
    let unseen = compat::unseen(&question);

    let doubts = catalog.doubts();
    let (findings, changes) = if let Kind::Transaction(_) = statement.kind {
        (apply(catalog, statement, text, path), Changes::new())
    } else {
        catalog.observe(|catalog| apply(catalog, statement, text, path))
    };
    objects.extend(objects::touched(catalog, &changes));
    let mut reasons = compat::reasons(catalog, &changes);
    reasons.extend(unseen.iter().cloned());
    let class = reasons.iter().map(|reason| reason.class).max().unwrap_or_default();
    let opaque = catalog.doubts() > doubts
        || !statement.unread.is_empty()
        || matches!(statement.kind, Kind::Opaque(_) | Kind::Other);
    let effect = Effect {
        span: statement.span,
        objects,
        tables: physical.tables,
        online: physical.online,
        writes: physical.writes,
        transaction: physical.transaction,
        commits: physical.commits,
        referrers: physical.referrers,
        class,
        reasons,
        unseen,
        reversible: if opaque { Answer::depends("what cannot be followed") } else { reversible },
        opaque,
        enum_columns,
        enum_positions,
        adds_value: matches!(&statement.kind, Kind::Alter(alter) if matches!(alter.action, AlterAction::AddValue { .. })),
        session_state,
    };
    (effect, findings, changes)
}

/// The one place that asks the dialects.
fn physical(question: &Question<'_>) -> Physical {
    match question.before.dialect() {
        Dialect::Postgres => postgres::physical(question),
        Dialect::MySql | Dialect::MariaDb => mysql::physical(question),
        Dialect::Sqlite => sqlite::physical(question),
    }
}

/// A column by name or position, and the enum type that it has.
type EnumColumns<Column> = Vec<(Column, String)>;

/// The columns whose type is an enum that statements created.
fn enums(question: &Question<'_>, physical: &Physical) -> (EnumColumns<String>, EnumColumns<usize>) {
    let catalog = question.before;
    if !catalog.has_types() {
        return (Vec::new(), Vec::new());
    }
    // Many columns, few types.
    let mut known: BTreeMap<String, bool> = BTreeMap::new();
    let mut is_enum = |name: &str| {
        known.get(name).copied().unwrap_or_else(|| {
            let is = matches!(catalog.type_shown(name), Some(Entity::Type(it)) if matches!(it.kind, TypeKind::Enum(_)));
            known.insert(name.to_owned(), is);
            is
        })
    };
    let table = |key: &Key| catalog.get(key).and_then(Entity::as_table);
    let mut named = Vec::new();
    for column in physical.tables.iter().filter_map(|it| table(&it.table)).flat_map(|table| &table.columns) {
        if let Some(of) = column.type_name.as_ref().filter(|of| is_enum(of)) {
            named.push((column.name.clone(), of.clone()));
        }
    }
    let mut placed = Vec::new();
    if let Kind::Insert(insert) = &question.statement.kind
        && let Some(table) = catalog.relation_named(&insert.table).as_ref().and_then(table)
    {
        for (at, column) in table.columns.iter().enumerate() {
            placed.extend(column.type_name.as_ref().filter(|of| is_enum(of)).map(|of| (at, of.clone())));
        }
    }
    (named, placed)
}

impl Effect {
    /// Whether it reads all rows of a table while others wait.
    #[must_use]
    pub fn scans(&self) -> Answer {
        self.tables.iter().fold(Answer::No, |all, table| all.or(table.scans.clone()))
    }

    /// Whether it writes a table anew.
    #[must_use]
    pub fn rewrites(&self) -> Answer {
        self.tables.iter().fold(Answer::No, |all, table| all.or(table.rewrites.clone()))
    }

    /// Postgres: the strongest lock on any table that was there before.
    #[must_use]
    pub fn strongest_lock(&self) -> Option<Level> {
        self.tables.iter().filter_map(|table| table.lock).max()
    }

    /// What it does to a table.
    #[must_use]
    pub fn table(&self, key: &Key) -> Option<&TableEffect> {
        self.tables.iter().find(|table| table.table == *key)
    }
}

impl Question<'_> {
    fn table(&self, name: &Name) -> Option<Key> {
        self.before.relation_or_stranger(name)
    }
}

impl Physical {
    /// Notes what is done to a table; the strongest counts.
    fn touch(&mut self, table: Key, lock: Option<Level>) -> &mut TableEffect {
        let at = self.places.get(&table).copied().unwrap_or_else(|| {
            self.places.insert(table.clone(), self.tables.len());
            self.tables.push(TableEffect { table, lock: None, scans: Answer::No, rewrites: Answer::No });
            self.tables.len() - 1
        });
        let effect = &mut self.tables[at];
        effect.lock = effect.lock.max(lock);
        effect
    }
}

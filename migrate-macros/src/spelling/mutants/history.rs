//! The histories that mistakes are put into, and what is known about them.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use migrate_core::ast::{Column, Kind, TableAction};
use migrate_core::check::Options;
use migrate_core::reader;
use migrate_core::syntax::split;
use migrate_core::{Dialect, Migrations, migrations::Span};

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Text {
    pub(super) path: String,
    pub(super) sql: String,
}

impl Text {
    /// How a file begins that runs without a transaction.
    const ALONE: &str = "-- migrate(no-transaction)\n";

    pub(super) fn transactional(&self) -> bool {
        !self.sql.starts_with(Self::ALONE)
    }
}

/// The histories of the corpus.
const CORPUS: &[(Dialect, &str)] = &[
    (Dialect::Postgres, "authelia/migrations/postgres"),
    (Dialect::Postgres, "atuin/atuin-server-postgres/migrations"),
    (Dialect::Postgres, "crates-io/migrations"),
    (Dialect::Sqlite, "atuin/atuin-ai/migrations"),
    (Dialect::Sqlite, "atuin/atuin-client/migrations"),
    (Dialect::Sqlite, "atuin/atuin-server-sqlite/migrations"),
    (Dialect::MariaDb, "authelia/migrations/mysql"),
];

/// Files of the corpus that stand beside its migrations.
const NO_MIGRATIONS: [&str; 1] = ["data_oauth_github.sql"];

/// A history that its server accepts.
#[derive(Clone, Debug)]
pub(super) struct History {
    pub(super) dialect: Dialect,
    pub(super) name: String,
    pub(super) texts: Vec<Text>,
    pub(super) tables: BTreeSet<String>,
    pub(super) columns: BTreeSet<String>,
    /// By file, where columns are created, and their types.
    pub(super) created: Vec<(usize, Range<usize>)>,
    pub(super) types: Vec<(usize, Range<usize>)>,
}

/// Where the statements of a text are.
pub(super) fn statements(dialect: Dialect, sql: &str) -> Vec<Range<usize>> {
    split(sql, dialect).statements.iter().map(|statement| range(statement.span)).collect()
}

pub(super) fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// The line of a byte, from 1.
pub(super) fn line(sql: &str, at: usize) -> usize {
    sql[..at.min(sql.len())].matches('\n').count() + 1
}

fn engine(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "postgres",
        Dialect::Sqlite => "sqlite",
        _ => "mariadb",
    }
}

impl History {
    /// Those in `tests/mutants`, or in the folder that the variable names, and with the corpus those of it.
    pub(super) fn all(dialect: Dialect) -> Vec<Self> {
        let engine = engine(dialect);
        let other = std::env::var_os("MIGRATE_MUTANTS").map(PathBuf::from);
        let own = other.clone().unwrap_or(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants"));
        let mut folders: Vec<PathBuf> = match fs::read_dir(own.join(engine)) {
            Ok(found) => found.map(|entry| entry.unwrap().path()).collect(),
            // Other histories may be there for some engines alone.
            Err(_) => Vec::new(),
        };
        if let (None, Some(corpus)) = (other, std::env::var_os("MIGRATE_CORPUS").map(PathBuf::from)) {
            let named = CORPUS.iter().filter(|(of, _)| *of == dialect);
            folders.extend(named.map(|(_, folder)| corpus.join(folder)));
        }
        folders.sort();
        folders.iter().map(|folder| History::of(dialect, folder)).collect()
    }

    /// Those in `tests/odd`, of one file each.
    pub(super) fn odd(dialect: Dialect) -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odd").join(engine(dialect));
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let read = |path: &PathBuf| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = Text { path: format!("1_{name}.sql"), sql: fs::read_to_string(path).unwrap() };
            History::new(dialect, name, vec![text])
        };
        paths.iter().map(read).collect()
    }

    /// Nothing at all.
    pub(super) fn empty(dialect: Dialect) -> Self {
        let nothing = Text { path: "0_nothing.sql".to_owned(), sql: String::new() };
        History::new(dialect, "nothing".to_owned(), vec![nothing])
    }

    /// The ups of a folder, in any layout.
    fn of(dialect: Dialect, folder: &Path) -> Self {
        let options = Options::new(dialect).allow_empty(true).published(true).ignore(NO_MIGRATIONS);
        let migrations = Migrations::from_dir(folder, options.clone())
            // A list may not name what is not there.
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let name = folder.ancestors().take(3).collect::<Vec<_>>();
        let name = folder.strip_prefix(name.last().unwrap_or(&folder)).unwrap_or(folder);
        let texts = migrations.iter().enumerate().map(|(at, migration)| {
            let up = migration.up();
            let directive = if up.transactional() { "" } else { Text::ALONE };
            let title: String =
                migration.name().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            // Room for parts of it.
            Text { path: format!("{:04}0_{title}.sql", at + 1), sql: format!("{directive}{}", up.text()) }
        });
        History::new(dialect, name.to_string_lossy().into_owned(), texts.collect())
    }

    fn new(dialect: Dialect, name: String, texts: Vec<Text>) -> Self {
        let mut history = History {
            dialect,
            name,
            texts,
            tables: BTreeSet::new(),
            columns: BTreeSet::new(),
            created: Vec::new(),
            types: Vec::new(),
        };
        for (file, text) in history.texts.clone().iter().enumerate() {
            for statement in split(&text.sql, dialect).statements {
                match reader::read(&text.sql, statement.span, dialect).kind {
                    Kind::CreateTable(create) => {
                        history.tables.insert(create.name.last.text.clone());
                        history.note(file, create.columns.iter());
                    }
                    Kind::CreateView(create) => {
                        history.tables.insert(create.name.last.text.clone());
                    }
                    Kind::AlterTable(alter) => {
                        let added = alter.actions.iter().filter_map(|action| match action {
                            TableAction::AddColumn { column, .. } => Some(column),
                            _ => None,
                        });
                        history.note(file, added);
                    }
                    _ => {}
                }
            }
        }
        history
    }

    fn note<'c>(&mut self, file: usize, columns: impl Iterator<Item = &'c Column>) {
        for column in columns {
            self.columns.insert(column.name.text.clone());
            self.created.push((file, range(column.name.span)));
            if let Some(type_name) = &column.type_name {
                self.types.push((file, range(type_name.span)));
            }
        }
    }
}

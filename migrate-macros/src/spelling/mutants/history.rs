//! The histories that mistakes are put into, and what is known about them.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use migrate_core::ast::{Column, Kind, TableAction};
use migrate_core::reader;
use migrate_core::syntax::split;
use migrate_core::{Dialect, migrations::Span};

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Text {
    pub(super) path: String,
    pub(super) sql: String,
}

/// A history that its server accepts.
#[derive(Clone, Debug)]
pub(super) struct History {
    pub(super) dialect: Dialect,
    pub(super) texts: Vec<Text>,
    pub(super) tables: BTreeSet<String>,
    pub(super) columns: BTreeSet<String>,
    /// By file, where columns are created, and their types.
    pub(super) created: Vec<(usize, Range<usize>)>,
    pub(super) types: Vec<(usize, Range<usize>)>,
}

fn read(folder: &Path) -> Vec<Text> {
    let mut texts: Vec<Text> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let sql = fs::read_to_string(&path).unwrap();
            Text { path: path.file_name().unwrap().to_string_lossy().into_owned(), sql }
        })
        .collect();
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    texts
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

impl History {
    /// The one in `tests/mutants`, or in the folder that the variable names.
    pub(super) fn of(dialect: Dialect) -> Self {
        let folder = match dialect {
            Dialect::Postgres => "postgres",
            Dialect::Sqlite => "sqlite",
            _ => "mariadb",
        };
        let own = std::env::var_os("MIGRATE_MUTANTS").map(PathBuf::from);
        let mut history = History {
            dialect,
            texts: read(
                &own.unwrap_or(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants")).join(folder),
            ),
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

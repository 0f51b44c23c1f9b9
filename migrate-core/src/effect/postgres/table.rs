//! ALTER TABLE: the lock of each action, the tables that it reaches, and what it reads or writes anew.

use super::types;
use super::volatile::volatile;
use super::{Facts, Reach, references};
use crate::ast::{AlterTable, Column, Constraint, ConstraintKind, Generated, Ident, TableAction};
use crate::catalog::Key;
use crate::catalog::model::{self, ConstraintKind as Demand, Table, TableKind};
use crate::dialect::Dialect;
use crate::effect::fact::{Answer, Level};
use crate::syntax::{Lexer, TokenKind};

impl Facts<'_> {
    pub(super) fn alter_table(&mut self, alter: &AlterTable) {
        let key = self.before.relation_named(&alter.table).or_else(|| self.before.stranger(&alter.table));
        // ALTER INDEX is written like it: the lock is on the index.
        let Some(key) = key else { return };
        for action in &alter.actions {
            self.action(&key, alter.only, action);
        }
    }

    fn action(&mut self, key: &Key, only: bool, action: &TableAction) {
        let below = if only { Reach::Itself } else { Reach::Descendants };
        let exclusive = Level::AccessExclusive;
        match action {
            TableAction::AddColumn { column, if_not_exists } => {
                let there = self.column(key, &column.name).is_some();
                if *if_not_exists && there {
                    self.lock(key, exclusive);
                    return;
                }
                let (rewrites, scans) = self.new_column(column);
                for key in self.all(key, exclusive, below) {
                    self.work(&key, scans.clone(), rewrites.clone());
                }
                for constraint in &column.constraints {
                    self.constraint(key, constraint, below, true);
                }
            }
            TableAction::DropColumn { name, cascade, .. } => {
                self.all(key, exclusive, below);
                self.column_goes(key, name, *cascade);
            }
            TableAction::SetType { column, type_name, using } => {
                let old = self.column(key, column).and_then(|column| column.type_name.clone());
                let text = self.question.text;
                let rewrites = types::rewrites(
                    self.before,
                    text,
                    &column.text,
                    old.as_deref(),
                    type_name,
                    using.as_ref(),
                );
                for key in self.all(key, exclusive, below) {
                    self.work(&key, Answer::No, rewrites.clone());
                }
                self.keys_are_made_anew(key, column);
            }
            TableAction::SetNotNull { column } => {
                for key in self.all(key, exclusive, below) {
                    let scans = self.looks_for_null(&key, column);
                    self.work(&key, scans, Answer::No);
                }
            }
            TableAction::AddConstraint(constraint) => self.constraint(key, constraint, below, false),
            TableAction::DropConstraint { name, cascade, .. } => {
                self.all(key, exclusive, below);
                self.constraint_goes(key, name, *cascade);
            }
            TableAction::ValidateConstraint(name) => self.validate(key, name, below),
            TableAction::AttachPartition { partition } => self.attach(key, partition),
            TableAction::DetachPartition { partition, concurrently } => {
                let level = if *concurrently { Level::ShareUpdateExclusive } else { exclusive };
                self.lock(key, level);
                self.lock_named(partition, exclusive);
                let referenced = self.table(key).map(references).unwrap_or_default();
                for other in referenced {
                    self.lock(&other, Level::ShareRowExclusive);
                }
            }
            TableAction::Inherit(parent) => {
                self.lock(key, exclusive);
                self.lock_named(parent, Level::ShareUpdateExclusive);
            }
            TableAction::NoInherit(parent) => {
                self.lock(key, exclusive);
                self.lock_named(parent, Level::AccessShare);
            }
            TableAction::Trigger { .. } => {
                self.all(key, Level::ShareRowExclusive, if only { Reach::Itself } else { Reach::Partitions });
            }
            TableAction::SetLogged(_) | TableAction::SetAccessMethod(_) | TableAction::SetTablespace(_) => {
                self.lock(key, exclusive);
                let rewrites = match action {
                    TableAction::SetTablespace(_) => {
                        Answer::depends("whether the table is in that tablespace already")
                    }
                    _ => Answer::depends("whether the table is so already"),
                };
                self.work(key, Answer::No, rewrites);
            }
            TableAction::ColumnOption { .. } => {
                let words = &self.question.words;
                let strong = words.has(&["STORAGE"]) || words.has(&["COMPRESSION"]);
                let level = if strong { exclusive } else { Level::ShareUpdateExclusive };
                self.all(key, level, below);
            }
            TableAction::SetExpression { .. } => {
                for key in self.all(key, exclusive, below) {
                    self.work(&key, Answer::No, Answer::Yes);
                }
            }
            TableAction::Option(text) => self.lock(key, option(text)),
            TableAction::RenameTo(_)
            | TableAction::SetSchema(_)
            | TableAction::RowSecurity
            | TableAction::ReplicaIdentity => self.lock(key, exclusive),
            _ => {
                self.all(key, exclusive, below);
            }
        }
    }

    fn all(&mut self, key: &Key, level: Level, reach: Reach) -> Vec<Key> {
        let keys = self.reached(key, reach);
        for key in &keys {
            self.lock(key, level);
        }
        keys
    }

    fn work(&mut self, key: &Key, scans: Answer, rewrites: Answer) {
        // Its rows are in its partitions.
        if self.table(key).is_some_and(|table| table.kind == TableKind::Partitioned) {
            return;
        }
        let effect = self.physical.touch(key.clone(), None);
        effect.scans = std::mem::take(&mut effect.scans).or(scans);
        effect.rewrites = std::mem::take(&mut effect.rewrites).or(rewrites);
    }

    fn column(&self, key: &Key, name: &Ident) -> Option<&model::Column> {
        self.table(key)?.columns.iter().find(|column| column.name == name.text)
    }

    /// Whether a new column is written into every row, and whether the rows are read for it.
    fn new_column(&self, column: &Column) -> (Answer, Answer) {
        let type_name = column.type_name.as_ref();
        let serial = type_name.is_some_and(|it| {
            matches!(
                it.name.as_str(),
                "serial" | "bigserial" | "smallserial" | "serial4" | "serial8" | "serial2"
            )
        });
        let identity =
            matches!(column.generated, Some(Generated::IdentityAlways | Generated::IdentityByDefault));
        let stored = matches!(column.generated, Some(Generated::Stored(_)));
        // Its value is checked, and may differ from row to row as far as the server knows.
        let domain = type_name.is_some_and(|it| types::is_constrained_domain(self.before, it));
        if serial || identity || stored || domain {
            return (Answer::Yes, Answer::No);
        }
        let Some(default) = &column.default else {
            // Rows that are there have no value for it.
            return (Answer::No, column.not_null.into());
        };
        let rewrites = match self.question.versions.since((11, 0)) {
            Answer::Yes => volatile(self.before, default),
            _ => Answer::Yes,
        };
        (rewrites, Answer::No)
    }

    fn constraint(&mut self, key: &Key, constraint: &Constraint, below: Reach, of_new_column: bool) {
        match &constraint.kind {
            ConstraintKind::ForeignKey { reference, .. } => {
                self.all(key, Level::ShareRowExclusive, Reach::Partitions);
                if let Some(other) = self.question.table(&reference.table) {
                    self.lock(&other, Level::ShareRowExclusive);
                }
                // A new column without a default is NULL and references nothing.
                if !constraint.not_valid && !of_new_column {
                    self.work(key, Answer::Yes, Answer::No);
                }
            }
            ConstraintKind::Check(_) => {
                for key in self.all(key, Level::AccessExclusive, below) {
                    self.work(&key, (!constraint.not_valid).into(), Answer::No);
                }
            }
            ConstraintKind::PrimaryKey { using_index: Some(_), .. } => {
                self.lock(key, Level::AccessExclusive);
                let nullable = self.nullable_index(key, constraint);
                self.work(key, nullable, Answer::No);
            }
            ConstraintKind::Unique { using_index: Some(_), .. } => self.lock(key, Level::AccessExclusive),
            ConstraintKind::PrimaryKey { .. }
            | ConstraintKind::Unique { .. }
            | ConstraintKind::Exclude { .. } => {
                self.lock(key, Level::AccessExclusive);
                self.work(key, Answer::Yes, Answer::No);
                let columns = self.nullable_columns(key, &constraint.kind);
                // Of a partition the index is built, and a column made NOT NULL where it is none.
                let level = if columns { Level::AccessExclusive } else { Level::Share };
                for partition in self.reached(key, Reach::Partitions).into_iter().skip(1) {
                    self.lock(&partition, level);
                    self.work(&partition, Answer::Yes, Answer::No);
                }
            }
        }
    }

    /// Whether a column of the index that becomes the primary key could still be NULL, and is looked at.
    fn nullable_index(&self, key: &Key, constraint: &Constraint) -> Answer {
        let ConstraintKind::PrimaryKey { using_index: Some(index), .. } = &constraint.kind else {
            return Answer::No;
        };
        let Some(table) = self.table(key) else { return Answer::depends("whether the columns can be NULL") };
        let Some(index) = table.indexes.iter().find(|it| it.name == index.text) else { return Answer::No };
        let nullable = |name: &String| {
            table
                .columns
                .iter()
                .any(|column| column.name == *name && !column.not_null && !proves_not_null(table, name))
        };
        index.columns.iter().any(nullable).into()
    }

    /// Whether a column of a primary key can be NULL so far.
    fn nullable_columns(&self, key: &Key, kind: &ConstraintKind) -> bool {
        let ConstraintKind::PrimaryKey { columns, .. } = kind else { return false };
        let mut names = columns.iter().filter_map(|part| part.column.as_ref());
        names.any(|name| self.column(key, name).is_none_or(|column| !column.not_null))
    }

    fn looks_for_null(&self, key: &Key, column: &Ident) -> Answer {
        let Some(table) = self.table(key) else {
            return Answer::depends("a validated check that it is not NULL");
        };
        if table.columns.iter().any(|it| it.name == column.text && it.not_null) {
            return Answer::No;
        }
        if !proves_not_null(table, &column.text) {
            return Answer::Yes;
        }
        match self.question.versions.since((12, 0)) {
            Answer::Yes => Answer::No,
            Answer::No => Answer::Yes,
            depends @ Answer::Depends(_) => depends,
        }
    }

    fn validate(&mut self, key: &Key, name: &Ident, below: Reach) {
        let found = self.table(key).and_then(|table| find(table, name));
        let (referenced, not_valid) = match found {
            Some(constraint) => match &constraint.kind {
                Demand::ForeignKey { table, .. } => (Some(table.clone()), constraint.not_valid),
                _ => (None, constraint.not_valid),
            },
            None => (None, true),
        };
        let reach = if referenced.is_some() { Reach::Itself } else { below };
        let keys = if not_valid {
            self.all(key, Level::ShareUpdateExclusive, reach)
        } else {
            self.all(key, Level::ShareUpdateExclusive, Reach::Itself)
        };
        if not_valid {
            for key in keys {
                self.work(&key, Answer::Yes, Answer::No);
            }
            if let Some(other) = referenced {
                self.lock(&other, Level::RowShare);
            }
        }
    }

    fn attach(&mut self, key: &Key, partition: &crate::ast::Name) {
        self.lock(key, Level::ShareUpdateExclusive);
        let referenced = self.table(key).map(references).unwrap_or_default();
        for other in referenced {
            self.lock(&other, Level::ShareRowExclusive);
        }
        if let Some(partition) = self.question.table(partition) {
            self.lock(&partition, Level::AccessExclusive);
            self.work(&partition, Answer::depends("a validated check that implies the bound"), Answer::No);
        }
    }

    /// Foreign keys of a column that goes have triggers on the other side.
    fn column_goes(&mut self, key: &Key, name: &Ident, cascade: bool) {
        let Some(table) = self.table(key) else { return };
        for constraint in &table.constraints {
            if let Demand::ForeignKey { columns, table, .. } = &constraint.kind
                && columns.contains(&name.text)
            {
                self.lock(table, Level::AccessExclusive);
            }
        }
        if cascade {
            self.users_of_column_go(key, &name.text);
        }
    }

    fn users_of_column_go(&mut self, key: &Key, name: &str) {
        for other in self.referencing_over(key, name) {
            self.lock(&other, Level::AccessExclusive);
        }
        for user in self.before.users_of(key) {
            if let Some(model::Entity::View(view)) = self.before.get(&user)
                && view.uses.get(key).is_some_and(|columns| columns.contains(name))
            {
                self.relation_goes(&user, true, &mut Vec::new());
            }
        }
    }

    fn constraint_goes(&mut self, key: &Key, name: &Ident, cascade: bool) {
        let Some(table) = self.table(key) else { return };
        match find(table, name).map(|constraint| &constraint.kind) {
            Some(Demand::ForeignKey { table, .. }) => self.lock(table, Level::AccessExclusive),
            Some(Demand::PrimaryKey { columns } | Demand::Unique { columns }) if cascade => {
                for column in columns {
                    for other in self.referencing_over(key, column) {
                        self.lock(&other, Level::AccessExclusive);
                    }
                }
            }
            _ => {}
        }
    }

    /// A foreign key is dropped and added again when a column at one of its ends gets another type.
    fn keys_are_made_anew(&mut self, key: &Key, column: &Ident) {
        let Some(table) = self.table(key) else { return };
        for constraint in &table.constraints {
            if let Demand::ForeignKey { columns, table, .. } = &constraint.kind
                && columns.contains(&column.text)
            {
                self.lock(table, Level::AccessExclusive);
            }
        }
        for other in self.referencing_over(key, &column.text) {
            self.lock(&other, Level::AccessExclusive);
            self.work(&other, Answer::Yes, Answer::No);
        }
    }

    /// The tables with a foreign key to a column of a table.
    fn referencing_over(&self, key: &Key, column: &str) -> Vec<Key> {
        let primary = self.table(key).and_then(Table::primary_key).unwrap_or_default();
        let over = |constraint: &model::Constraint| match &constraint.kind {
            Demand::ForeignKey { table, referenced, .. } if table == key => {
                let target = if referenced.is_empty() { primary } else { referenced.as_slice() };
                target.iter().any(|it| it == column)
            }
            _ => false,
        };
        let others = self.referencing(key).into_iter();
        others
            .filter(|other| self.table(other).is_some_and(|table| table.constraints.iter().any(over)))
            .collect()
    }
}

fn find<'t>(table: &'t Table, name: &Ident) -> Option<&'t model::Constraint> {
    table.constraints.iter().find(|it| it.name.as_deref() == Some(name.text.as_str()))
}

/// Settings of a table.
fn option(text: &str) -> Level {
    let lower = text.to_ascii_lowercase();
    let weak = lower.starts_with("set (") || lower.starts_with("set(") || lower.starts_with("reset");
    let weak = weak || lower.starts_with("cluster on") || lower.starts_with("set without cluster");
    if weak && !lower.contains("user_catalog_table") {
        Level::ShareUpdateExclusive
    } else {
        Level::AccessExclusive
    }
}

/// Whether a validated check says that a column is not NULL, alone or with AND.
fn proves_not_null(table: &Table, column: &str) -> bool {
    table.constraints.iter().any(|constraint| match &constraint.kind {
        Demand::Check { expression, .. } if !constraint.not_valid => {
            conjuncts(expression).iter().any(|conjunct| {
                let words: Vec<&str> = conjunct.iter().map(String::as_str).collect();
                matches!(words.as_slice(), [name, "is", "not", "null"] if *name == column)
            })
        }
        _ => false,
    })
}

/// The parts of an expression that AND joins, as lists of tokens without the parentheses around them.
fn conjuncts(expression: &str) -> Vec<Vec<String>> {
    let tokens = Lexer::new(expression, Dialect::Postgres).filter(|token| token.kind.is_significant());
    let tokens: Vec<(TokenKind, String)> = tokens
        .map(|token| {
            let text = token.text(expression);
            let quoted = token.kind == TokenKind::QuotedIdent;
            (token.kind, if quoted { text.trim_matches('"').to_owned() } else { text.to_ascii_lowercase() })
        })
        .collect();
    let mut parts = Vec::new();
    split(&tokens, &mut parts, 0);
    parts
}

fn split(tokens: &[(TokenKind, String)], parts: &mut Vec<Vec<String>>, depth: u32) {
    let mut level = 0_usize;
    let mut cuts = Vec::new();
    // Behind an OR nothing is certain; BETWEEN has an AND of its own.
    let mut whole = true;
    for (at, (kind, text)) in tokens.iter().enumerate() {
        match kind {
            TokenKind::Open => level += 1,
            TokenKind::Close => level = level.saturating_sub(1),
            TokenKind::Word if level == 0 && text == "and" => cuts.push(at),
            TokenKind::Word if level == 0 && (text == "or" || text == "between" || text == "case") => {
                whole = false
            }
            _ => {}
        }
    }
    if whole && !cuts.is_empty() && depth < 16 {
        let mut start = 0;
        for cut in cuts.into_iter().chain([tokens.len()]) {
            split(&tokens[start..cut], parts, depth + 1);
            start = cut + 1;
        }
        return;
    }
    match tokens {
        [(TokenKind::Open, _), inside @ .., (TokenKind::Close, _)] if depth < 16 && is_group(inside) => {
            split(inside, parts, depth + 1);
        }
        _ if whole => parts.push(tokens.iter().map(|(_, text)| text.clone()).collect()),
        _ => {}
    }
}

/// Whether parentheses are balanced inside, so that those around it belong together.
fn is_group(tokens: &[(TokenKind, String)]) -> bool {
    let mut level = 0_i64;
    for (kind, _) in tokens {
        match kind {
            TokenKind::Open => level += 1,
            TokenKind::Close => level -= 1,
            _ => {}
        }
        if level < 0 {
            return false;
        }
    }
    level == 0
}

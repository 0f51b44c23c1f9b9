//! The best pair of ALGORITHM and LOCK for each change of an InnoDB table. The column of MariaDB is what
//! MariaDB 10.11 accepts; that of MySQL is what its manual says
//! (<https://dev.mysql.com/doc/refman/8.0/en/innodb-online-ddl-operations.html>).

use std::borrow::Cow;

use crate::ast::{AlterTable, Column, ConstraintKind, CreateIndex, Generated, TableAction};
use crate::catalog::model::{self, Entity, Table};
use crate::catalog::normalized_type;
use crate::dialect::Dialect;
use crate::effect::Question;
use crate::effect::fact::{Algorithm, Answer, Concurrency, Online};
use crate::effect::shape::Shape;

/// What one action of ALTER TABLE comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    AddColumn,
    AddColumnInside,
    AddColumnWithExpression,
    AddColumnToFulltext,
    AddVirtual,
    AddStored,
    AddAutoIncrement,
    AddUniqueColumn,
    DropColumn,
    DropIndexedColumn,
    RenameColumn,
    RenameTable,
    SetDefault,
    Nullability,
    MoveColumn,
    AppendLabel,
    GrowVarchar,
    OtherType,
    Collation,
    IndexedCollation,
    AddIndex,
    AddFirstFulltext,
    AddFulltext,
    AddSpatial,
    AddPrimaryKey,
    DropPrimaryKey,
    AddForeignKey,
    AddCheck,
    DropIndex,
    DropForeignKey,
    DropCheck,
    RenameIndex,
    Option,
    Rebuild,
    Convert,
}

type Pair = (Algorithm, Concurrency);

const INSTANT: Pair = (Algorithm::Instant, Concurrency::None);
const NOCOPY: Pair = (Algorithm::NoCopy, Concurrency::None);
const NOCOPY_SHARED: Pair = (Algorithm::NoCopy, Concurrency::Shared);
const INPLACE: Pair = (Algorithm::Inplace, Concurrency::None);
const INPLACE_SHARED: Pair = (Algorithm::Inplace, Concurrency::Shared);
const COPY: Pair = (Algorithm::Copy, Concurrency::Shared);

/// Of each task, the pairs of MariaDB and MySQL.
const PAIRS: &[(Task, Pair, Pair)] = &[
    (Task::AddColumn, INSTANT, INSTANT),
    (Task::AddColumnInside, INSTANT, INSTANT),
    (Task::AddColumnWithExpression, COPY, COPY),
    (Task::AddColumnToFulltext, INPLACE_SHARED, INPLACE_SHARED),
    (Task::AddVirtual, INSTANT, INSTANT),
    (Task::AddStored, COPY, COPY),
    (Task::AddAutoIncrement, INPLACE_SHARED, INPLACE_SHARED),
    (Task::AddUniqueColumn, INPLACE, INPLACE),
    (Task::DropColumn, INSTANT, INSTANT),
    (Task::DropIndexedColumn, NOCOPY, INPLACE),
    (Task::RenameColumn, INSTANT, INSTANT),
    (
        Task::RenameTable,
        (Algorithm::Instant, Concurrency::Exclusive),
        (Algorithm::Instant, Concurrency::Exclusive),
    ),
    (Task::SetDefault, INSTANT, INSTANT),
    (Task::Nullability, INPLACE, INPLACE),
    (Task::MoveColumn, INSTANT, INPLACE),
    (Task::AppendLabel, INSTANT, INSTANT),
    (Task::GrowVarchar, INSTANT, NOCOPY),
    (Task::OtherType, COPY, COPY),
    (Task::Collation, INSTANT, COPY),
    (Task::IndexedCollation, NOCOPY, COPY),
    (Task::AddIndex, NOCOPY, NOCOPY),
    (Task::AddFirstFulltext, INPLACE_SHARED, INPLACE_SHARED),
    (Task::AddFulltext, NOCOPY_SHARED, NOCOPY_SHARED),
    (Task::AddSpatial, NOCOPY_SHARED, NOCOPY_SHARED),
    (Task::AddPrimaryKey, INPLACE, INPLACE),
    (Task::DropPrimaryKey, COPY, COPY),
    (Task::AddForeignKey, COPY, COPY),
    (Task::AddCheck, COPY, COPY),
    (Task::DropIndex, NOCOPY, NOCOPY),
    (Task::DropForeignKey, INSTANT, NOCOPY),
    (Task::DropCheck, INSTANT, NOCOPY),
    (Task::RenameIndex, INSTANT, NOCOPY),
    (Task::Option, INSTANT, NOCOPY),
    (Task::Rebuild, INPLACE, INPLACE),
    (Task::Convert, COPY, COPY),
];

const OTHER_TYPE: &str = "the type that the column has now";
const CHARACTER_SET: &str = "the character set: growth from at most 255 bytes to more is a copy";

/// The best pair for an ALTER TABLE; `None` for what takes no such clause.
pub(super) fn alter(question: &Question<'_>, alter: &AlterTable) -> Option<Online> {
    let table = question.before.relation_named(&alter.table);
    let table = table.and_then(|key| question.before.get(&key)).and_then(Entity::as_table);
    let known = Known { question, table, unless: None };
    known.alter(alter)
}

pub(super) fn create_index(question: &Question<'_>, create: &CreateIndex) -> Online {
    let table = question.before.relation_named(&create.table);
    let table = table.and_then(|key| question.before.get(&key)).and_then(Entity::as_table);
    let known = Known { question, table, unless: None };
    known.worst(&[known.index(create)])
}

pub(super) fn drop_index(question: &Question<'_>) -> Online {
    let known = Known { question, table: None, unless: None };
    known.worst(&[Task::DropIndex])
}

struct Known<'q> {
    question: &'q Question<'q>,
    table: Option<&'q Table>,
    unless: Option<Cow<'static, str>>,
}

impl<'q> Known<'q> {
    fn alter(mut self, alter: &AlterTable) -> Option<Online> {
        let mut tasks = Vec::new();
        for action in &alter.actions {
            self.action(action, &mut tasks)?;
        }
        // A new key in the place of the old one.
        if tasks.contains(&Task::AddPrimaryKey) {
            tasks.retain(|task| *task != Task::DropPrimaryKey);
        }
        let mut online = self.worst(&tasks);
        let adds_column = |task: &Task| {
            matches!(
                task,
                Task::AddColumn | Task::AddColumnInside | Task::DropColumn | Task::DropIndexedColumn
            )
        };
        // Columns and indexes at once are a rebuild.
        if online.algorithm == Algorithm::NoCopy
            && tasks.iter().any(adds_column)
            && tasks.iter().any(|task| matches!(task, Task::AddIndex | Task::AddFulltext | Task::AddSpatial))
        {
            online.algorithm = Algorithm::Inplace;
        }
        Some(online)
    }

    fn worst(&self, tasks: &[Task]) -> Online {
        let mariadb = self.question.before.dialect() == Dialect::MariaDb;
        let pairs = PAIRS.iter().filter(|(task, ..)| tasks.contains(task));
        let (mut algorithm, mut lock) = INSTANT;
        for (_, of_mariadb, of_mysql) in pairs {
            let (a, l) = if mariadb { of_mariadb } else { of_mysql };
            algorithm = algorithm.max(*a);
            lock = lock.max(*l);
        }
        Online { algorithm, lock, unless: self.unless.clone() }
    }

    fn column(&self, name: &str) -> Option<&'q model::Column> {
        self.table?.columns.iter().find(|column| self.question.before.same_column(&column.name, name))
    }

    fn is_indexed(&self, name: &str) -> bool {
        self.table.is_some_and(|table| {
            table
                .indexes
                .iter()
                .any(|index| index.columns.iter().any(|it| self.question.before.same_column(it, name)))
        })
    }

    fn has_fulltext(&self) -> bool {
        self.table.is_some_and(|table| {
            table.indexes.iter().any(|index| index.method.as_deref() == Some("fulltext"))
        })
    }

    fn index(&self, index: &CreateIndex) -> Task {
        let special = index.special.as_ref().map(|it| it.text.to_ascii_lowercase());
        match special.as_deref() {
            Some("fulltext") if self.has_fulltext() => Task::AddFulltext,
            Some("fulltext") => Task::AddFirstFulltext,
            Some(_) => Task::AddSpatial,
            None => Task::AddIndex,
        }
    }

    /// `None`: with this the statement takes no ALGORITHM.
    fn action(&mut self, action: &TableAction, tasks: &mut Vec<Task>) -> Option<()> {
        let task = match action {
            TableAction::AddColumn { column, if_not_exists } => {
                if *if_not_exists && self.column(&column.name.text).is_some() {
                    return Some(());
                }
                self.constraints_of(column, tasks);
                self.new_column(column)
            }
            TableAction::DropColumn { name, .. } => {
                if self.is_indexed(&name.text) {
                    Task::DropIndexedColumn
                } else {
                    Task::DropColumn
                }
            }
            TableAction::RenameColumn { .. } => Task::RenameColumn,
            TableAction::RenameTo(_) => Task::RenameTable,
            TableAction::SetDefault { .. } | TableAction::DropDefault { .. } => Task::SetDefault,
            TableAction::ChangeColumn { from, column, .. } => {
                self.changed(&from.text, column, tasks);
                return Some(());
            }
            TableAction::AddIndex(index) => self.index(index),
            TableAction::AddConstraint(constraint) => constraint_task(&constraint.kind),
            TableAction::DropIndex { .. } => Task::DropIndex,
            TableAction::DropPrimaryKey => Task::DropPrimaryKey,
            TableAction::DropForeignKey { .. } => Task::DropForeignKey,
            TableAction::DropConstraint { name, .. } => {
                let same = |other: &str| self.question.before.same_column(other, &name.text);
                let constraint = self.table.and_then(|table| {
                    table.constraints.iter().find(|it| it.name.as_deref().is_some_and(same))
                });
                match constraint.map(|it| &it.kind) {
                    Some(model::ConstraintKind::Unique { .. }) => Task::DropIndex,
                    Some(model::ConstraintKind::PrimaryKey { .. }) => Task::DropPrimaryKey,
                    Some(model::ConstraintKind::ForeignKey { .. }) => Task::DropForeignKey,
                    _ => Task::DropCheck,
                }
            }
            TableAction::RenameIndex { .. } => Task::RenameIndex,
            TableAction::ColumnOption { .. } => Task::Option,
            TableAction::Option(text) => {
                if text.ends_with("PARTITION") {
                    return None;
                }
                match text.as_str() {
                    "DROP SYSTEM VERSIONING" => Task::Convert,
                    _ => Task::Option,
                }
            }
            TableAction::Rebuild(text) => rebuild(text)?,
            _ => return None,
        };
        tasks.push(task);
        Some(())
    }

    fn constraints_of(&self, column: &Column, tasks: &mut Vec<Task>) {
        for constraint in &column.constraints {
            match constraint.kind {
                ConstraintKind::Unique { .. } => tasks.push(Task::AddUniqueColumn),
                ConstraintKind::PrimaryKey { .. } => tasks.push(Task::AddPrimaryKey),
                // MySQL reads it and forgets it.
                ConstraintKind::ForeignKey { .. } if self.question.before.dialect() == Dialect::MariaDb => {
                    tasks.push(Task::AddForeignKey);
                }
                // Of a column that is new or the same, a check is MariaDB's own and instant.
                ConstraintKind::Check(_) if self.question.before.dialect() == Dialect::MySql => {
                    tasks.push(Task::AddCheck);
                }
                _ => {}
            }
        }
    }

    fn new_column(&self, column: &Column) -> Task {
        match &column.generated {
            Some(Generated::Virtual(_)) => return Task::AddVirtual,
            Some(Generated::Stored(_)) => return Task::AddStored,
            _ => {}
        }
        if column.auto_increment {
            return Task::AddAutoIncrement;
        }
        if column.default.as_ref().is_some_and(|default| !is_constant(default, self.question.text)) {
            return Task::AddColumnWithExpression;
        }
        match (self.has_fulltext(), &column.position) {
            (true, _) => Task::AddColumnToFulltext,
            (false, Some(_)) => Task::AddColumnInside,
            (false, None) => Task::AddColumn,
        }
    }

    /// MODIFY and CHANGE: everything that differs.
    fn changed(&mut self, from: &str, new: &Column, tasks: &mut Vec<Task>) {
        let Some(old) = self.column(from) else {
            self.unless = Some(OTHER_TYPE.into());
            tasks.push(Task::OtherType);
            return;
        };
        self.constraints_of(new, tasks);
        if !self.question.before.same_column(from, &new.name.text) {
            tasks.push(Task::RenameColumn);
        }
        if new.position.is_some() {
            tasks.push(Task::MoveColumn);
        }
        let in_key = self
            .table
            .and_then(Table::primary_key)
            .is_some_and(|key| key.iter().any(|it| self.question.before.same_column(it, from)));
        if old.not_null != (new.not_null || in_key) {
            tasks.push(Task::Nullability);
        }
        let collation = new.collation.as_ref().map(|name| name.last.text.clone());
        if collation.is_some() && collation != old.collation {
            tasks.push(if self.is_indexed(from) { Task::IndexedCollation } else { Task::Collation });
        }
        if old.generated.is_some() != new.generated.is_some() || old.auto_increment != new.auto_increment {
            tasks.push(Task::OtherType);
        }
        let dialect = self.question.before.dialect();
        let is = new.type_name.as_ref().map(|it| normalized_type(dialect, it));
        let (Some(was), Some(is)) = (&old.type_name, is) else {
            self.unless = Some(OTHER_TYPE.into());
            tasks.push(Task::OtherType);
            return;
        };
        tasks.extend(self.other_type(&Shape::of(was), &Shape::of(&is)));
        // Words that the column type may have and the catalog does not keep.
        if self.question.words.has(&["CHARACTER", "SET"]) || self.question.words.has(&["CHARSET"]) {
            self.unless = Some("the character set that the column has now".into());
            tasks.push(Task::OtherType);
        }
        tasks.push(Task::SetDefault);
    }

    fn other_type(&mut self, old: &Shape, new: &Shape) -> Option<Task> {
        const INTEGERS: &[&str] = &["tinyint", "smallint", "mediumint", "int", "bigint"];
        if old == new {
            return None;
        }
        let base = old.base.as_str();
        if base != new.base || old.unsigned != new.unsigned {
            return Some(Task::OtherType);
        }
        // Only how wide it is shown.
        if INTEGERS.contains(&base) {
            return None;
        }
        if matches!(base, "enum" | "set") {
            let appended = new.labels.starts_with(&old.labels);
            let boundaries: &[usize] = if base == "enum" { &[255] } else { &[8, 16, 24, 32] };
            let size = |labels: usize| boundaries.iter().filter(|boundary| labels > **boundary).count();
            let same_size = size(old.labels.len()) == size(new.labels.len());
            return Some(if appended && same_size { Task::AppendLabel } else { Task::OtherType });
        }
        if matches!(base, "varchar" | "varbinary")
            && let (Some(was), Some(is)) = (old.arguments.first(), new.arguments.first())
        {
            if is < was {
                return Some(Task::OtherType);
            }
            let crosses = |bytes: u32| was.saturating_mul(bytes) <= 255 && is.saturating_mul(bytes) > 255;
            let most = if base == "varchar" { 4 } else { 1 };
            if crosses(1) != crosses(most) || (crosses(3) != crosses(most) && most == 4) {
                self.unless = Some(CHARACTER_SET.into());
            }
            return Some(if crosses(most) { Task::OtherType } else { Task::GrowVarchar });
        }
        Some(Task::OtherType)
    }
}

fn constraint_task(kind: &ConstraintKind) -> Task {
    match kind {
        ConstraintKind::PrimaryKey { .. } => Task::AddPrimaryKey,
        ConstraintKind::ForeignKey { .. } => Task::AddForeignKey,
        ConstraintKind::Check(_) => Task::AddCheck,
        ConstraintKind::Unique { .. } | ConstraintKind::Exclude { .. } => Task::AddIndex,
    }
}

/// What stands behind ALTER TABLE and rebuilds it. `None`: partitions, which take no ALGORITHM.
fn rebuild(text: &str) -> Option<Task> {
    let first = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
    let is = |word: &str| first.eq_ignore_ascii_case(word);
    let inno = || text.to_ascii_lowercase().contains("innodb");
    if is("convert") || (is("engine") && !inno()) || is("order") || text == "ADD SYSTEM VERSIONING" {
        Some(Task::Convert)
    } else if [
        "engine",
        "force",
        "row_format",
        "key_block_size",
        "page_compressed",
        "encryption",
        "encrypted",
    ]
    .iter()
    .any(|word| is(word))
    {
        Some(Task::Rebuild)
    } else {
        None
    }
}

/// A constant, or the time of the statement, which is one.
fn is_constant(default: &crate::ast::Expression, text: &str) -> bool {
    let source = default.span.map_or("", |span| span.of(text)).trim_start();
    let time = ["current_timestamp", "now", "localtime"]
        .iter()
        .any(|word| source.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)));
    time || (!source.starts_with('(') && default.functions.is_empty() && default.columns.is_empty())
}

impl Online {
    /// Whether the copy of the whole table is sure, possible or not needed.
    #[must_use]
    pub fn copies(&self) -> Answer {
        match (self.algorithm, &self.unless) {
            (Algorithm::Copy, None) => Answer::Yes,
            (Algorithm::Copy, Some(reason)) | (_, Some(reason)) => Answer::Depends(reason.clone()),
            _ => Answer::No,
        }
    }
}

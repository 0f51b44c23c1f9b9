//! What a statement means, in one small form for all dialects: the DDL, and of the DML what rules and name
//! checks need. It has byte spans into the text of its script; it does not know which objects exist.
//!
//! A clause that the reader does not know is skipped to its end and listed in [`Statement::unread`]; a
//! statement that it does not know is [`Kind::Other`]. Nothing is guessed.

mod query;
mod table;

pub use query::{ColumnRef, Cte, Expression, FromItem, Output, Query, Source};
pub use table::{
    AlterTable, Column, Constraint, ConstraintKind, CreateTable, Generated, IndexPart, Reference,
    TableAction, TypeName,
};

use crate::migrations::Span;

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// From its first token to its last, without the terminator.
    pub span: Span,
    /// What it does.
    pub kind: Kind,
    /// Clauses that were skipped because the reader does not know them. What they say is not in `kind`.
    pub unread: Vec<Span>,
}

/// A name as written: one identifier.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ident {
    /// As the server keeps it: without quotes, folded where the dialect folds.
    pub text: String,
    /// Whether it was quoted.
    pub quoted: bool,
    /// Where it stands.
    pub span: Span,
}

/// A possibly qualified name: `table`, `schema.table`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The parts before the last, outermost first. Mostly empty or one schema.
    pub qualifiers: Vec<Ident>,
    /// The last part.
    pub last: Ident,
}

/// What a statement does.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    CreateTable(CreateTable),
    AlterTable(AlterTable),
    CreateIndex(CreateIndex),
    CreateView(CreateView),
    CreateSequence(CreateSequence),
    CreateType(CreateType),
    CreateDomain(CreateDomain),
    CreateRoutine(CreateRoutine),
    CreateTrigger(CreateTrigger),
    /// SCHEMA, EXTENSION, POLICY, ROLE, PUBLICATION, STATISTICS, AGGREGATE, OPERATOR, CAST, EVENT, DATABASE…
    CreateOther {
        object: Object,
        name: Option<Name>,
        on: Option<Name>,
        if_not_exists: bool,
        or_replace: bool,
        /// The statements inside of a CREATE SCHEMA.
        elements: Vec<Statement>,
        /// The conditions of a policy, the columns of statistics.
        expressions: Vec<Expression>,
    },
    /// ALTER of something that is no table: `RENAME TO`, `SET SCHEMA`, `ADD VALUE`…
    Alter(Alter),
    Drop(Drop),
    /// MySQL's RENAME TABLE: from, to.
    RenameTables(Vec<(Name, Name)>),
    Comment {
        object: Object,
        name: Option<Name>,
        column: Option<Ident>,
        /// The table of a constraint, trigger, policy or rule.
        on: Option<Name>,
    },
    /// GRANT and REVOKE; the tables named.
    Grant {
        tables: Vec<Name>,
    },
    Insert(Insert),
    Update(Update),
    Delete(Delete),
    Truncate {
        tables: Vec<Name>,
        cascade: bool,
    },
    Select(Query),
    /// DO blocks, CALL, EXECUTE: what they do is not known.
    Opaque(Opaque),
    Set(Set),
    Transaction(Transaction),
    /// SQLite.
    Pragma {
        name: Ident,
        value: Option<String>,
    },
    /// VACUUM, ANALYZE, REINDEX, CLUSTER, REFRESH, OPTIMIZE, LOCK, CHECKPOINT, COPY…
    Maintenance(Maintenance),
    /// Not read.
    Other,
}

/// Kinds of objects that statements name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Object {
    Table,
    Column,
    Index,
    View,
    MaterializedView,
    Sequence,
    Type,
    Domain,
    Function,
    Procedure,
    Aggregate,
    Trigger,
    EventTrigger,
    Policy,
    Rule,
    Schema,
    Extension,
    Constraint,
    Database,
    Role,
    Publication,
    Subscription,
    Statistics,
    Event,
    Other,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateIndex {
    /// `None`: the server makes a name.
    pub name: Option<Name>,
    pub table: Name,
    pub parts: Vec<IndexPart>,
    pub include: Vec<Ident>,
    pub unique: bool,
    /// MariaDB: CREATE OR REPLACE.
    pub or_replace: bool,
    pub concurrently: bool,
    pub if_not_exists: bool,
    /// `USING gin`.
    pub method: Option<Ident>,
    /// MySQL FULLTEXT or SPATIAL.
    pub special: Option<Ident>,
    pub predicate: Option<Expression>,
    pub nulls_not_distinct: bool,
    pub only: bool,
    /// MySQL: ALGORITHM and LOCK, in upper case.
    pub algorithm: Option<String>,
    pub lock: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateView {
    pub name: Name,
    pub columns: Vec<Ident>,
    pub query: Option<Query>,
    pub materialized: bool,
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub temporary: bool,
    pub with_data: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateSequence {
    pub name: Name,
    pub if_not_exists: bool,
    pub owned_by: Option<(Name, Ident)>,
    pub temporary: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateType {
    pub name: Name,
    pub body: TypeBody,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TypeBody {
    /// The labels, as values.
    Enum(Vec<(String, Span)>),
    Composite(Vec<Column>),
    /// Range, base or shell type.
    Other,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateDomain {
    pub name: Name,
    pub base: TypeName,
    pub not_null: bool,
    pub default: Option<Expression>,
    pub checks: Vec<Constraint>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateRoutine {
    pub name: Name,
    pub procedure: bool,
    pub or_replace: bool,
    pub if_not_exists: bool,
    /// Types of the arguments that belong to its identity.
    pub arguments: Vec<TypeName>,
    /// How many of the arguments have a default.
    pub defaults: usize,
    /// `None` for procedures and for RETURNS TABLE.
    pub returns: Option<TypeName>,
    /// SETOF or TABLE.
    pub returns_set: bool,
    pub language: Option<String>,
    /// The body, without its quotes.
    pub body: Option<Span>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateTrigger {
    pub name: Name,
    pub table: Name,
    pub or_replace: bool,
    pub if_not_exists: bool,
    /// `UPDATE OF` columns.
    pub columns: Vec<Ident>,
    /// The condition; it sees OLD and NEW.
    pub when: Option<Expression>,
    /// Postgres: the function that it calls.
    pub function: Option<Name>,
    /// SQLite and MySQL: the body.
    pub body: Option<Span>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Alter {
    pub object: Object,
    pub name: Name,
    /// The table, for triggers, policies and rules.
    pub on: Option<Name>,
    pub if_exists: bool,
    pub action: AlterAction,
}

#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AlterAction {
    RenameTo(Ident),
    SetSchema(Ident),
    /// Enum: label, the label it goes before or after, IF NOT EXISTS.
    AddValue {
        label: String,
        neighbour: Option<String>,
        if_not_exists: bool,
    },
    RenameValue {
        from: String,
        to: String,
    },
    /// Composite: RENAME ATTRIBUTE, or ALTER VIEW … RENAME COLUMN.
    RenameColumn {
        from: Ident,
        to: Ident,
    },
    /// Domain.
    AddConstraint(Constraint),
    DropConstraint {
        name: Ident,
        if_exists: bool,
    },
    RenameConstraint {
        from: Ident,
        to: Ident,
    },
    ValidateConstraint(Ident),
    SetNotNull,
    DropNotNull,
    /// Composite: ADD, DROP and ALTER ATTRIBUTE, as of columns.
    Attributes(Vec<TableAction>),
    /// Index of a partitioned table: the index that becomes a part of it.
    AttachPartition(Name),
    /// Sequence: table and column.
    OwnedBy(Name, Ident),
    /// OWNER TO, SET (…), and what changes nothing that a catalog keeps.
    Other,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Drop {
    pub object: Object,
    pub names: Vec<Name>,
    /// Types of the arguments of each routine, where written.
    pub arguments: Vec<Option<Vec<TypeName>>>,
    /// The table, for triggers, policies, rules, and MySQL's indexes.
    pub on: Option<Name>,
    pub if_exists: bool,
    pub cascade: bool,
    pub concurrently: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Insert {
    pub table: Name,
    pub alias: Option<Ident>,
    pub columns: Option<Vec<Ident>>,
    /// Number of values of each VALUES row.
    pub rows: Vec<usize>,
    pub query: Option<Query>,
    /// The values that use names; constants are left out.
    pub values: Vec<Expression>,
    /// ON CONFLICT / ON DUPLICATE KEY: the arbiter's columns, and the expressions of its actions.
    pub conflict: Option<(Vec<Ident>, Vec<Expression>)>,
    pub returning: Vec<Expression>,
    pub ctes: Vec<Cte>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    pub table: Name,
    pub alias: Option<Ident>,
    pub columns: Vec<Ident>,
    pub from: Vec<FromItem>,
    pub expressions: Vec<Expression>,
    pub has_where: bool,
    pub returning: Vec<Expression>,
    pub ctes: Vec<Cte>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    pub table: Name,
    pub alias: Option<Ident>,
    pub using: Vec<FromItem>,
    pub expressions: Vec<Expression>,
    pub has_where: bool,
    pub returning: Vec<Expression>,
    pub ctes: Vec<Cte>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opaque {
    Do,
    Call,
    Execute,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    pub name: String,
    /// As written.
    pub value: String,
    pub local: bool,
    /// MySQL: the further settings of the same statement.
    pub more: Vec<Set>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transaction {
    Begin,
    Commit,
    Rollback,
    Savepoint,
    Release,
    RollbackTo,
    Prepare,
    SetTransaction,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Maintenance {
    pub verb: Verb,
    pub tables: Vec<Name>,
    pub concurrently: bool,
    pub full: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verb {
    Vacuum,
    Analyze,
    Reindex,
    Cluster,
    Refresh,
    Optimize,
    Lock,
    Checkpoint,
    Copy,
    Listen,
    Notify,
    Discard,
    Explain,
    Use,
    Attach,
    Detach,
    AlterSystem,
    Load,
    Other,
}

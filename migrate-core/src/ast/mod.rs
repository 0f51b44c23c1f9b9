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
    /// CREATE TABLE.
    CreateTable(CreateTable),
    /// ALTER TABLE.
    AlterTable(AlterTable),
    /// CREATE INDEX.
    CreateIndex(CreateIndex),
    /// CREATE VIEW.
    CreateView(CreateView),
    /// CREATE SEQUENCE.
    CreateSequence(CreateSequence),
    /// CREATE TYPE.
    CreateType(CreateType),
    /// CREATE DOMAIN.
    CreateDomain(CreateDomain),
    /// CREATE FUNCTION or PROCEDURE.
    CreateRoutine(CreateRoutine),
    /// CREATE TRIGGER.
    CreateTrigger(CreateTrigger),
    /// SCHEMA, EXTENSION, POLICY, ROLE, PUBLICATION, STATISTICS, AGGREGATE, OPERATOR, CAST, EVENT, DATABASE…
    CreateOther {
        /// The kind of object.
        object: Object,
        /// Its name, where it has one.
        name: Option<Name>,
        /// The table that it belongs to.
        on: Option<Name>,
        /// IF NOT EXISTS is written.
        if_not_exists: bool,
        /// OR REPLACE is written.
        or_replace: bool,
        /// The statements inside of a CREATE SCHEMA.
        elements: Vec<Statement>,
        /// The conditions of a policy, the columns of statistics.
        expressions: Vec<Expression>,
    },
    /// ALTER of something that is no table: `RENAME TO`, `SET SCHEMA`, `ADD VALUE`…
    Alter(Alter),
    /// DROP.
    Drop(Drop),
    /// MySQL's RENAME TABLE: from, to.
    RenameTables(Vec<(Name, Name)>),
    /// COMMENT ON.
    Comment {
        /// The kind of object.
        object: Object,
        /// The object; of a column, its table.
        name: Option<Name>,
        /// The column, when it is one.
        column: Option<Ident>,
        /// The table of a constraint, trigger, policy or rule.
        on: Option<Name>,
    },
    /// GRANT and REVOKE; the tables named.
    Grant {
        /// The tables.
        tables: Vec<Name>,
    },
    /// INSERT or REPLACE.
    Insert(Insert),
    /// UPDATE or MERGE.
    Update(Update),
    /// DELETE.
    Delete(Delete),
    /// TRUNCATE.
    Truncate {
        /// The tables.
        tables: Vec<Name>,
        /// CASCADE is written.
        cascade: bool,
    },
    /// A query by itself.
    Select(Query),
    /// DO blocks, CALL, EXECUTE: what they do is not known.
    Opaque(Opaque),
    /// SET and RESET.
    Set(Set),
    /// BEGIN, COMMIT and others.
    Transaction(Transaction),
    /// SQLite.
    Pragma {
        /// Its name.
        name: Ident,
        /// What it is set to.
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
    /// TABLE.
    Table,
    /// COLUMN.
    Column,
    /// INDEX.
    Index,
    /// VIEW.
    View,
    /// MATERIALIZED VIEW.
    MaterializedView,
    /// SEQUENCE.
    Sequence,
    /// TYPE.
    Type,
    /// DOMAIN.
    Domain,
    /// FUNCTION.
    Function,
    /// PROCEDURE.
    Procedure,
    /// AGGREGATE.
    Aggregate,
    /// TRIGGER.
    Trigger,
    /// EVENT TRIGGER.
    EventTrigger,
    /// POLICY.
    Policy,
    /// RULE.
    Rule,
    /// SCHEMA.
    Schema,
    /// EXTENSION.
    Extension,
    /// CONSTRAINT.
    Constraint,
    /// DATABASE.
    Database,
    /// ROLE.
    Role,
    /// PUBLICATION.
    Publication,
    /// SUBSCRIPTION.
    Subscription,
    /// STATISTICS.
    Statistics,
    /// EVENT.
    Event,
    /// Everything else.
    Other,
}

/// CREATE INDEX, and KEY or INDEX in a table of MySQL.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateIndex {
    /// `None`: the server makes a name.
    pub name: Option<Name>,
    /// The table.
    pub table: Name,
    /// What is indexed, in order.
    pub parts: Vec<IndexPart>,
    /// INCLUDE: columns that are kept but no part of the key.
    pub include: Vec<Ident>,
    /// UNIQUE is written.
    pub unique: bool,
    /// MariaDB: CREATE OR REPLACE.
    pub or_replace: bool,
    /// CONCURRENTLY is written.
    pub concurrently: bool,
    /// IF NOT EXISTS is written.
    pub if_not_exists: bool,
    /// `USING gin`.
    pub method: Option<Ident>,
    /// MySQL FULLTEXT or SPATIAL.
    pub special: Option<Ident>,
    /// WHERE.
    pub predicate: Option<Expression>,
    /// NULLS NOT DISTINCT is written.
    pub nulls_not_distinct: bool,
    /// ONLY is written.
    pub only: bool,
    /// MySQL: ALGORITHM and LOCK, in upper case.
    pub algorithm: Option<String>,
    /// LOCK.
    pub lock: Option<String>,
}

/// CREATE VIEW and CREATE MATERIALIZED VIEW.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateView {
    /// Its name.
    pub name: Name,
    /// The names that it gives to the columns.
    pub columns: Vec<Ident>,
    /// What it selects.
    pub query: Option<Query>,
    /// MATERIALIZED is written.
    pub materialized: bool,
    /// OR REPLACE is written.
    pub or_replace: bool,
    /// IF NOT EXISTS is written.
    pub if_not_exists: bool,
    /// TEMPORARY is written.
    pub temporary: bool,
    /// `false`: WITH NO DATA is written.
    pub with_data: bool,
}

/// CREATE SEQUENCE.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateSequence {
    /// Its name.
    pub name: Name,
    /// IF NOT EXISTS is written.
    pub if_not_exists: bool,
    /// OWNED BY: table and column.
    pub owned_by: Option<(Name, Ident)>,
    /// TEMPORARY is written.
    pub temporary: bool,
}

/// CREATE TYPE.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateType {
    /// Its name.
    pub name: Name,
    /// What it is made of.
    pub body: TypeBody,
}

/// What a type is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeBody {
    /// The labels, as values.
    Enum(Vec<(String, Span)>),
    /// The attributes.
    Composite(Vec<Column>),
    /// Range, base or shell type.
    Other,
}

/// CREATE DOMAIN.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateDomain {
    /// Its name.
    pub name: Name,
    /// The type under it.
    pub base: TypeName,
    /// NOT NULL is written.
    pub not_null: bool,
    /// DEFAULT.
    pub default: Option<Expression>,
    /// Its conditions.
    pub checks: Vec<Constraint>,
}

/// CREATE FUNCTION and CREATE PROCEDURE.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateRoutine {
    /// Its name.
    pub name: Name,
    /// A procedure, not a function.
    pub procedure: bool,
    /// OR REPLACE is written.
    pub or_replace: bool,
    /// IF NOT EXISTS is written.
    pub if_not_exists: bool,
    /// Types of the arguments that belong to its identity.
    pub arguments: Vec<TypeName>,
    /// MySQL: the names of the parameters.
    pub parameters: Vec<String>,
    /// How many of the arguments have a default.
    pub defaults: usize,
    /// `None` for procedures and for RETURNS TABLE.
    pub returns: Option<TypeName>,
    /// SETOF or TABLE.
    pub returns_set: bool,
    /// LANGUAGE, in lower case.
    pub language: Option<String>,
    /// The body, without its quotes.
    pub body: Option<Span>,
}

/// CREATE TRIGGER.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTrigger {
    /// Its name.
    pub name: Name,
    /// The table.
    pub table: Name,
    /// OR REPLACE is written.
    pub or_replace: bool,
    /// IF NOT EXISTS is written.
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

/// ALTER of what is not a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Alter {
    /// The kind of object.
    pub object: Object,
    /// Its name.
    pub name: Name,
    /// The table, for triggers, policies and rules.
    pub on: Option<Name>,
    /// IF EXISTS is written.
    pub if_exists: bool,
    /// What changes.
    pub action: AlterAction,
}

/// What an ALTER of something that is no table changes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
// Statements are few, and one of them is looked at after the other.
#[allow(clippy::large_enum_variant)]
pub enum AlterAction {
    /// RENAME TO.
    RenameTo(Ident),
    /// SET SCHEMA.
    SetSchema(Ident),
    /// Enum: label, the label it goes before or after, IF NOT EXISTS.
    AddValue {
        /// The new label.
        label: String,
        /// The label that it goes before or after.
        neighbour: Option<String>,
        /// IF NOT EXISTS is written.
        if_not_exists: bool,
    },
    /// Enum: RENAME VALUE.
    RenameValue {
        /// The old label.
        from: String,
        /// The new label.
        to: String,
    },
    /// Composite: RENAME ATTRIBUTE, or ALTER VIEW … RENAME COLUMN.
    RenameColumn {
        /// The old name.
        from: Ident,
        /// The new name.
        to: Ident,
    },
    /// Domain.
    AddConstraint(Constraint),
    /// Domain: DROP CONSTRAINT.
    DropConstraint {
        /// Its name.
        name: Ident,
        /// IF EXISTS is written.
        if_exists: bool,
    },
    /// Domain: RENAME CONSTRAINT.
    RenameConstraint {
        /// The old name.
        from: Ident,
        /// The new name.
        to: Ident,
    },
    /// Domain: VALIDATE CONSTRAINT.
    ValidateConstraint(Ident),
    /// Domain: SET NOT NULL.
    SetNotNull,
    /// Domain: DROP NOT NULL.
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

/// DROP.
#[derive(Clone, Debug, PartialEq)]
pub struct Drop {
    /// The kind of object.
    pub object: Object,
    /// The objects, in order.
    pub names: Vec<Name>,
    /// Types of the arguments of each routine, where written.
    pub arguments: Vec<Option<Vec<TypeName>>>,
    /// The table, for triggers, policies, rules, and MySQL's indexes.
    pub on: Option<Name>,
    /// IF EXISTS is written.
    pub if_exists: bool,
    /// CASCADE is written.
    pub cascade: bool,
    /// CONCURRENTLY is written.
    pub concurrently: bool,
}

/// INSERT and REPLACE.
#[derive(Clone, Debug, PartialEq)]
pub struct Insert {
    /// The table.
    pub table: Name,
    /// What the statement calls it.
    pub alias: Option<Ident>,
    /// The columns that are given values, when they are written.
    pub columns: Option<Vec<Ident>>,
    /// Number of values of each VALUES row.
    pub rows: Vec<usize>,
    /// The query that gives the rows, when no VALUES does.
    pub query: Option<Query>,
    /// The values that use names; constants are left out.
    pub values: Vec<Expression>,
    /// ON CONFLICT / ON DUPLICATE KEY: the arbiter's columns, and the expressions of its actions.
    pub conflict: Option<(Vec<Ident>, Vec<Expression>)>,
    /// RETURNING.
    pub returning: Vec<Expression>,
    /// WITH.
    pub ctes: Vec<Cte>,
}

/// UPDATE. Of several tables of MySQL the first one.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// The table.
    pub table: Name,
    /// What the statement calls it.
    pub alias: Option<Ident>,
    /// The columns that are set.
    pub columns: Vec<Ident>,
    /// FROM and what is joined.
    pub from: Vec<FromItem>,
    /// All expressions of the statement.
    pub expressions: Vec<Expression>,
    /// There is a WHERE.
    pub has_where: bool,
    /// RETURNING.
    pub returning: Vec<Expression>,
    /// WITH.
    pub ctes: Vec<Cte>,
}

/// DELETE. Of several tables of MySQL the first one.
#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    /// The table.
    pub table: Name,
    /// What the statement calls it.
    pub alias: Option<Ident>,
    /// USING.
    pub using: Vec<FromItem>,
    /// All expressions of the statement.
    pub expressions: Vec<Expression>,
    /// There is a WHERE.
    pub has_where: bool,
    /// RETURNING.
    pub returning: Vec<Expression>,
    /// WITH.
    pub ctes: Vec<Cte>,
}

/// Statements that do what is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opaque {
    /// DO, and compound statements outside of routines.
    Do,
    /// CALL.
    Call,
    /// EXECUTE and PREPARE.
    Execute,
}

/// SET of one setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    /// The setting, in lower case.
    pub name: String,
    /// As written.
    pub value: String,
    /// LOCAL is written.
    pub local: bool,
    /// MySQL: the further settings of the same statement.
    pub more: Vec<Set>,
}

/// Statements about the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transaction {
    /// BEGIN, START TRANSACTION.
    Begin,
    /// COMMIT, END.
    Commit,
    /// ROLLBACK, ABORT.
    Rollback,
    /// SAVEPOINT.
    Savepoint,
    /// RELEASE SAVEPOINT.
    Release,
    /// ROLLBACK TO.
    RollbackTo,
    /// PREPARE TRANSACTION, and the same of XA.
    Prepare,
    /// SET TRANSACTION.
    SetTransaction,
}

/// A statement that changes no definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Maintenance {
    /// What is done.
    pub verb: Verb,
    /// The tables.
    pub tables: Vec<Name>,
    /// CLUSTER: the index of the table that gives the order.
    pub index: Option<Ident>,
    /// CONCURRENTLY is written.
    pub concurrently: bool,
    /// FULL is written.
    pub full: bool,
}

/// What a statement of maintenance does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verb {
    /// VACUUM.
    Vacuum,
    /// ANALYZE.
    Analyze,
    /// REINDEX.
    Reindex,
    /// CLUSTER.
    Cluster,
    /// REFRESH MATERIALIZED VIEW.
    Refresh,
    /// OPTIMIZE.
    Optimize,
    /// LOCK and UNLOCK TABLES.
    Lock,
    /// CHECKPOINT.
    Checkpoint,
    /// COPY.
    Copy,
    /// LISTEN.
    Listen,
    /// NOTIFY.
    Notify,
    /// DISCARD.
    Discard,
    /// EXPLAIN, DESCRIBE.
    Explain,
    /// USE.
    Use,
    /// ATTACH.
    Attach,
    /// DETACH.
    Detach,
    /// ALTER SYSTEM.
    AlterSystem,
    /// LOAD DATA, LOAD of a library.
    Load,
    /// SHOW, FLUSH, and all that matters even less.
    Other,
}

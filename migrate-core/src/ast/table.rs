//! Tables: what CREATE TABLE and ALTER TABLE say.

use super::{Expression, Ident, Name, Query};
use crate::migrations::Span;

#[derive(Clone, Debug, PartialEq)]
pub struct CreateTable {
    pub name: Name,
    /// MariaDB: CREATE OR REPLACE.
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub temporary: bool,
    pub unlogged: bool,
    pub columns: Vec<Column>,
    pub constraints: Vec<Constraint>,
    /// MySQL: KEY and INDEX in the table.
    pub indexes: Vec<super::CreateIndex>,
    /// `LIKE other`, with what is copied as written.
    pub like: Vec<(Name, String)>,
    pub inherits: Vec<Name>,
    pub partition_of: Option<Name>,
    /// Postgres: `OF type`.
    pub of_type: Option<TypeName>,
    pub partitioned: bool,
    /// Postgres: what it is partitioned by.
    pub partition_by: Vec<IndexPart>,
    /// `CREATE TABLE … AS`.
    pub query: Option<Query>,
    /// SQLite.
    pub without_rowid: bool,
    pub strict: bool,
    /// SQLite: CREATE VIRTUAL TABLE, the module.
    pub module: Option<Ident>,
    /// MySQL: ENGINE, CHARSET, COLLATE, AUTO_INCREMENT…, name in lower case and value as written.
    pub options: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: Ident,
    /// `None`: SQLite columns may have none.
    pub type_name: Option<TypeName>,
    pub not_null: bool,
    /// `NULL` was written.
    pub null: bool,
    pub default: Option<Expression>,
    pub generated: Option<Generated>,
    pub collation: Option<Name>,
    /// MySQL AUTO_INCREMENT, SQLite AUTOINCREMENT.
    pub auto_increment: bool,
    /// MySQL: `ON UPDATE CURRENT_TIMESTAMP`.
    pub on_update: Option<Expression>,
    /// MySQL: FIRST, or AFTER a column.
    pub position: Option<Option<Ident>>,
    /// The constraints written in the column.
    pub constraints: Vec<Constraint>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Generated {
    Stored(Expression),
    Virtual(Expression),
    IdentityAlways,
    IdentityByDefault,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeName {
    /// The name, in lower case unless quoted, with single spaces: `character varying`, `int unsigned`.
    pub name: String,
    pub schema: Option<Ident>,
    /// What stands in the parentheses, as written: lengths, precision, MySQL's ENUM labels.
    pub arguments: Vec<String>,
    /// Number of `[]`.
    pub dimensions: u32,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    pub name: Option<Ident>,
    pub kind: ConstraintKind,
    pub not_valid: bool,
    pub deferrable: bool,
    /// INCLUDE of a key.
    pub include: Vec<Ident>,
    /// WHERE of an EXCLUDE.
    pub predicate: Option<Expression>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConstraintKind {
    /// In a column without a list: the column itself is meant and filled in by the reader.
    PrimaryKey {
        columns: Vec<IndexPart>,
        using_index: Option<Ident>,
    },
    Unique {
        columns: Vec<IndexPart>,
        using_index: Option<Ident>,
        nulls_not_distinct: bool,
    },
    ForeignKey {
        columns: Vec<Ident>,
        reference: Reference,
    },
    Check(Expression),
    /// Postgres EXCLUDE.
    Exclude {
        columns: Vec<IndexPart>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    pub table: Name,
    /// Empty: the primary key.
    pub columns: Vec<Ident>,
    /// `CASCADE`, `SET NULL`… in upper case; `None` when not written.
    pub on_delete: Option<String>,
    pub on_update: Option<String>,
}

/// One column or expression of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexPart {
    /// A plain column.
    pub column: Option<Ident>,
    /// Anything else.
    pub expression: Option<Expression>,
    /// MySQL's prefix length.
    pub length: Option<u64>,
    pub descending: bool,
    pub opclass: Option<Name>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AlterTable {
    pub table: Name,
    pub if_exists: bool,
    pub only: bool,
    /// ALTER VIEW, ALTER INDEX and others are written like it; what was written.
    pub actions: Vec<TableAction>,
    /// MySQL: ALGORITHM and LOCK, in upper case.
    pub algorithm: Option<String>,
    pub lock: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TableAction {
    AddColumn {
        column: Column,
        if_not_exists: bool,
    },
    DropColumn {
        name: Ident,
        if_exists: bool,
        cascade: bool,
    },
    RenameColumn {
        from: Ident,
        to: Ident,
    },
    RenameTo(Name),
    SetSchema(Ident),
    /// Postgres ALTER COLUMN … TYPE.
    SetType {
        column: Ident,
        type_name: TypeName,
        using: Option<Expression>,
    },
    SetDefault {
        column: Ident,
        default: Expression,
    },
    DropDefault {
        column: Ident,
    },
    SetNotNull {
        column: Ident,
    },
    DropNotNull {
        column: Ident,
    },
    /// ADD GENERATED AS IDENTITY, and its removal with `None`.
    SetIdentity {
        column: Ident,
        identity: Option<Generated>,
        if_exists: bool,
    },
    /// DROP EXPRESSION.
    DropExpression {
        column: Ident,
        if_exists: bool,
    },
    /// MySQL MODIFY and CHANGE: the old name and the whole new column.
    ChangeColumn {
        from: Ident,
        column: Column,
        if_exists: bool,
    },
    AddConstraint(Constraint),
    /// MySQL: ADD INDEX.
    AddIndex(super::CreateIndex),
    DropConstraint {
        name: Ident,
        if_exists: bool,
        cascade: bool,
    },
    DropIndex {
        name: Ident,
        if_exists: bool,
    },
    RenameIndex {
        from: Ident,
        to: Ident,
    },
    DropPrimaryKey,
    DropForeignKey {
        name: Ident,
        if_exists: bool,
    },
    RenameConstraint {
        from: Ident,
        to: Ident,
    },
    ValidateConstraint(Ident),
    AttachPartition {
        partition: Name,
    },
    DetachPartition {
        partition: Name,
        concurrently: bool,
    },
    Inherit(Name),
    NoInherit(Name),
    RowSecurity,
    Trigger {
        name: Option<Ident>,
        enable: bool,
    },
    SetLogged(bool),
    SetTablespace(Ident),
    SetAccessMethod(Ident),
    ReplicaIdentity,
    /// SET STATISTICS, SET STORAGE, SET (…) of a column.
    ColumnOption {
        column: Ident,
    },
    /// OWNER TO, SET (…), CLUSTER ON, comments: nothing that a catalog keeps.
    Option(String),
    /// MySQL: CONVERT TO CHARACTER SET, ENGINE = …, PARTITION BY.
    Rebuild(String),
    /// Not read.
    Other(Span),
}

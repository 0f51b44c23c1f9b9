//! Queries and expressions, as far as the names in them go.

use super::{Ident, Name};
use crate::migrations::Span;

/// An expression: not its structure, but the names that it uses.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Expression {
    /// Where it stands; `None` when it was made up.
    pub span: Option<Span>,
    /// Columns, with what qualifies them.
    pub columns: Vec<ColumnRef>,
    /// Functions that are called.
    pub functions: Vec<Name>,
    /// Types named in casts.
    pub types: Vec<super::TypeName>,
    /// MariaDB: sequences, which its functions name like tables.
    pub sequences: Vec<Name>,
    /// Subqueries; they see the names outside, too.
    pub queries: Vec<Query>,
    /// It could not be followed completely: a name that is not found proves nothing.
    pub opaque: bool,
}

/// `column`, `table.column`, `schema.table.column`.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnRef {
    /// What stands before it, outermost first.
    pub qualifiers: Vec<Ident>,
    /// The last part of the name.
    pub column: Ident,
}

/// SELECT, VALUES, TABLE, and their combinations with UNION and others.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Query {
    /// Where it stands; `None` when it was made up.
    pub span: Option<Span>,
    /// WITH.
    pub ctes: Vec<Cte>,
    /// RECURSIVE is written.
    pub recursive: bool,
    /// The sources, joined in any way.
    pub from: Vec<FromItem>,
    /// What is selected.
    pub outputs: Vec<Output>,
    /// WHERE, GROUP BY, HAVING, join conditions, windows, limits.
    pub expressions: Vec<Expression>,
    /// ORDER BY: these see the outputs' names as well.
    pub order: Vec<Expression>,
    /// The further branches of UNION, INTERSECT, EXCEPT.
    pub branches: Vec<Query>,
    /// It could not be followed completely.
    pub opaque: bool,
}

/// One `name AS (query)` of WITH.
#[derive(Clone, Debug, PartialEq)]
pub struct Cte {
    /// Its name.
    pub name: Ident,
    /// What the columns are called.
    pub columns: Vec<Ident>,
    /// `None`: an INSERT, UPDATE or DELETE, which gives what its RETURNING says.
    pub query: Option<Query>,
    /// That statement.
    pub statement: Option<Box<super::Statement>>,
}

/// One source of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct FromItem {
    /// Where the rows come from.
    pub source: Source,
    /// What the query calls it.
    pub alias: Option<Ident>,
    /// What the columns are called.
    pub columns: Vec<Ident>,
    /// Columns of JOIN … USING.
    pub using: Vec<Ident>,
    /// NATURAL is written.
    pub natural: bool,
}

/// Where rows come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A table or view, or what WITH calls so.
    Table(Name),
    /// A subquery.
    Query(Box<Query>),
    /// A function call: its columns are not known.
    Function(Name, Vec<Expression>),
    /// VALUES or what could not be followed.
    Unknown,
}

/// One column of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// `*`.
    All,
    /// `table.*`.
    AllOf(Name),
    /// An expression, with the name that it is given or that follows from it.
    Expression {
        /// Its name.
        name: Option<String>,
        /// The expression.
        expression: Expression,
    },
}

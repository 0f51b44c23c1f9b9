//! What names can stand for at one place of a query.

use crate::catalog::key::Key;

/// The names that are visible at one level of a query; `parent` is the level around it.
#[derive(Debug, Default)]
pub(in crate::catalog) struct Scope<'p> {
    pub(in crate::catalog) parent: Option<&'p Scope<'p>>,
    pub(in crate::catalog) rows: Vec<Row>,
    /// Names of outputs, where they may be used.
    pub(in crate::catalog) outputs: Vec<String>,
    /// Names of WITH, and their columns.
    pub(in crate::catalog) ctes: Vec<(String, Columns)>,
    /// Columns that a join has merged: they are not ambiguous. `None`: any may be.
    pub(in crate::catalog) merged: Option<Vec<String>>,
    /// Something here could not be followed.
    pub(in crate::catalog) opaque: bool,
}

/// One source of columns.
#[derive(Clone, Debug)]
pub(in crate::catalog) struct Row {
    pub(in crate::catalog) name: Option<String>,
    pub(in crate::catalog) relation: Option<Key>,
    pub(in crate::catalog) columns: Columns,
}

/// What is known about the columns of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::catalog) enum Columns {
    /// These and no others.
    Known(Vec<String>),
    /// These, if nothing has changed them, and perhaps others.
    AtLeast(Vec<String>),
    /// Nothing.
    Unknown,
}

impl Columns {
    pub(in crate::catalog) fn names(&self) -> &[String] {
        match self {
            Columns::Known(names) | Columns::AtLeast(names) => names,
            Columns::Unknown => &[],
        }
    }

    pub(in crate::catalog) fn complete(&self) -> bool {
        matches!(self, Columns::Known(_))
    }
}

impl<'p> Scope<'p> {
    /// A level inside of `parent`.
    pub(in crate::catalog) fn inside(parent: Option<&'p Scope<'p>>) -> Self {
        Scope { parent, merged: Some(Vec::new()), ..Scope::default() }
    }

    /// A level with these rows alone.
    pub(in crate::catalog) fn of(rows: Vec<Row>) -> Self {
        Scope { rows, merged: Some(Vec::new()), ..Scope::default() }
    }

    /// This level and those around it, innermost first.
    pub(in crate::catalog) fn chain(&self) -> impl Iterator<Item = &Scope<'p>> {
        let mut next = Some(self);
        std::iter::from_fn(move || {
            let scope = next?;
            next = scope.parent;
            Some(scope)
        })
    }

    pub(in crate::catalog) fn cte(&self, name: &str) -> Option<&Columns> {
        self.chain().find_map(|scope| {
            let found = scope.ctes.iter().rev().find(|(cte, _)| cte.eq_ignore_ascii_case(name));
            found.map(|(_, columns)| columns)
        })
    }
}

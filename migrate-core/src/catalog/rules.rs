//! In what the dialects differ, as data. The one place of the catalog that tells them apart.

use std::borrow::Cow;

use crate::dialect::Dialect;

/// What a dialect does with names and dependents.
#[derive(Debug)]
pub(super) struct Rules {
    /// Schemas that every database has.
    pub(super) schemas: &'static [&'static str],
    /// Where unqualified names are looked up, and the first is where they are created.
    pub(super) path: &'static [&'static str],
    /// Where temporary objects are; before the path.
    pub(super) temporary_schema: &'static str,
    /// Schemas whose tables are the server's own.
    pub(super) system_schemas: &'static [&'static str],
    /// What the names of the server's own tables begin with.
    pub(super) system_prefixes: &'static [&'static str],
    /// How names of tables are compared.
    pub(super) relations: Compare,
    /// How names of columns, constraints and indexes are compared.
    pub(super) columns: Compare,
    /// A schema that no statement created is certainly missing. Otherwise it may be another database.
    pub(super) schemas_known: bool,
    /// Names of indexes are unique in their schema and not in their table, and share it with tables.
    pub(super) indexes_in_schema: bool,
    /// Names of triggers are unique on their table.
    pub(super) triggers_on_table: bool,
    /// What others depend on cannot be dropped without CASCADE, and views follow renames.
    pub(super) dependents: bool,
    /// The table that a foreign key references must exist, with what it needs there.
    pub(super) references: References,
    /// An unknown type is an error.
    pub(super) types_checked: bool,
    /// INSERT without a list of columns needs a value for each.
    pub(super) every_value: bool,
    /// An unknown name in double quotes is a string.
    pub(super) quoted_is_string: bool,
    /// Columns that every table has without having been declared.
    pub(super) hidden_columns: &'static [&'static str],
    /// What implicit names are made like.
    pub(super) naming: Naming,
    /// Views break silently: their names are looked up when they are used.
    pub(super) views_checked: bool,
}

/// How names are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    /// As they are.
    Exact,
    /// Without regard to the case of ASCII letters.
    Folded,
    /// Without regard to the case of any letter.
    FoldedAll,
    /// It depends on the server's disk.
    Depends,
}

/// What the target of a foreign key needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum References {
    /// A primary key or unique index over exactly these columns.
    Unique,
    /// An index that begins with these columns; nothing while the checks are off.
    Index,
    /// Nothing.
    Nothing,
}

/// Whose manner names of constraints and indexes are made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    Postgres,
    MySql,
    MariaDb,
    Sqlite,
}

static POSTGRES: Rules = Rules {
    schemas: &["public"],
    path: &["public"],
    temporary_schema: "pg_temp",
    system_schemas: &["pg_catalog", "information_schema", "pg_toast"],
    system_prefixes: &["pg_"],
    relations: Compare::Exact,
    columns: Compare::Exact,
    schemas_known: true,
    indexes_in_schema: true,
    triggers_on_table: true,
    dependents: true,
    references: References::Unique,
    types_checked: true,
    every_value: false,
    quoted_is_string: false,
    hidden_columns: &["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"],
    naming: Naming::Postgres,
    views_checked: true,
};

const fn mysql(naming: Naming) -> Rules {
    Rules {
        schemas: &[],
        path: &[""],
        temporary_schema: "\u{0}temporary",
        system_schemas: &["mysql", "information_schema", "performance_schema", "sys"],
        system_prefixes: &[],
        relations: Compare::Depends,
        columns: Compare::FoldedAll,
        schemas_known: false,
        indexes_in_schema: false,
        triggers_on_table: false,
        dependents: false,
        references: References::Index,
        types_checked: false,
        every_value: true,
        quoted_is_string: true,
        // The last two are those of tables WITH SYSTEM VERSIONING.
        hidden_columns: &["_rowid", "row_start", "row_end"],
        naming,
        views_checked: true,
    }
}

static MYSQL: Rules = mysql(Naming::MySql);
static MARIADB: Rules = mysql(Naming::MariaDb);

static SQLITE: Rules = Rules {
    schemas: &["main", "temp"],
    path: &["main"],
    temporary_schema: "temp",
    system_schemas: &[],
    system_prefixes: &["sqlite_", "pragma_", "dbstat", "json_"],
    relations: Compare::Folded,
    columns: Compare::Folded,
    schemas_known: false,
    indexes_in_schema: true,
    triggers_on_table: false,
    dependents: false,
    references: References::Nothing,
    types_checked: false,
    every_value: true,
    quoted_is_string: true,
    hidden_columns: &["rowid", "oid", "_rowid_"],
    naming: Naming::Sqlite,
    views_checked: false,
};

pub(super) fn of(dialect: Dialect) -> &'static Rules {
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::MySql => &MYSQL,
        Dialect::MariaDb => &MARIADB,
        Dialect::Sqlite => &SQLITE,
    }
}

impl Compare {
    pub(super) fn fold(self, name: &str) -> Cow<'_, str> {
        if self == Compare::FoldedAll && !name.is_ascii() {
            Cow::Owned(name.to_lowercase())
        } else if matches!(self, Compare::Folded | Compare::FoldedAll)
            && name.bytes().any(|b| b.is_ascii_uppercase())
        {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        }
    }
}

impl Rules {
    pub(super) fn fold_relation<'a>(&self, name: &'a str) -> Cow<'a, str> {
        self.relations.fold(name)
    }

    /// Whether two names of columns, constraints or indexes are one.
    pub(super) fn same(&self, a: &str, b: &str) -> bool {
        match self.columns {
            Compare::Exact => a == b,
            Compare::Folded | Compare::Depends => a.eq_ignore_ascii_case(b),
            Compare::FoldedAll => {
                a.eq_ignore_ascii_case(b) || !a.is_ascii() && a.to_lowercase() == b.to_lowercase()
            }
        }
    }

    /// Whether `name` is in `list`.
    pub(super) fn among<'a>(&self, name: &str, list: impl IntoIterator<Item = &'a String>) -> bool {
        list.into_iter().any(|item| self.same(item, name))
    }

    /// Whether a table of this name is the server's own.
    pub(super) fn is_system(&self, schema: Option<&str>, name: &str) -> bool {
        match schema {
            Some(schema) => {
                let schema = schema.to_ascii_lowercase();
                self.system_schemas.contains(&schema.as_str())
                    || (self.naming == Naming::Sqlite && self.is_system(None, name))
            }
            None => {
                let name = name.to_ascii_lowercase();
                self.system_prefixes.iter().any(|prefix| name.starts_with(prefix))
                    || (self.naming == Naming::MariaDb && is_row_of_numbers(&name))
            }
        }
    }
}

/// The tables of MariaDB's Sequence engine, which nobody creates: `seq_1_to_10`, `seq_1_to_10_step_2`.
fn is_row_of_numbers(name: &str) -> bool {
    let number = |part: Option<&str>| {
        part.is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut parts = name.split('_');
    let begins = parts.next() == Some("seq") && number(parts.next());
    let ends = parts.next() == Some("to") && number(parts.next());
    let steps = match parts.next() {
        None => true,
        word => word == Some("step") && number(parts.next()) && parts.next().is_none(),
    };
    begins && ends && steps
}

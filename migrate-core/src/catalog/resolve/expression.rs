//! Names in expressions.

use super::{Columns, Resolver, Scope};
use crate::ast::{ColumnRef, Expression, Ident};
use crate::catalog::builtin;
use crate::catalog::lookup::Found;

impl Resolver<'_> {
    /// Every name in an expression must stand for something.
    pub(in crate::catalog) fn expression(&mut self, expression: &Expression, scope: &Scope<'_>) {
        self.opaque |= expression.opaque;
        for column in &expression.columns {
            self.column(column, scope, expression.opaque);
        }
        for function in &expression.functions {
            self.called.push(function.clone());
            if let [only] = self.catalog.find_routines(function).as_slice() {
                self.routines.push(only.clone());
            }
        }
        self.sequences(expression);
        for type_name in &expression.types {
            self.type_name(type_name);
        }
        for query in &expression.queries {
            self.query(query, Some(scope));
        }
    }

    /// The sequences that an expression names like tables.
    pub(in crate::catalog) fn sequences(&mut self, expression: &Expression) {
        for sequence in &expression.sequences {
            if matches!(self.catalog.find_relation(sequence), Found::Missing | Found::NoSchema) {
                super::unknown_relation(self, sequence, "sequence");
            }
        }
    }

    pub(in crate::catalog) fn column(&mut self, reference: &ColumnRef, scope: &Scope<'_>, doubt: bool) {
        match reference.qualifiers.last() {
            None => self.plain_column(&reference.column, scope, doubt),
            Some(qualifier) => self.column_of(qualifier, &reference.column, scope, doubt),
        }
    }

    fn plain_column(&mut self, column: &Ident, scope: &Scope<'_>, doubt: bool) {
        let rules = self.catalog.rules();
        let name = column.text.as_str();
        let mut sure = !doubt;
        for level in scope.chain() {
            let mut holders = level.rows.iter().filter(|row| rules.among(name, row.columns.names()));
            if let Some(row) = holders.next() {
                if let Some(key) = &row.relation {
                    let spelled = self.spelled(&row.columns, name);
                    self.uses.entry(key.clone()).or_default().insert(spelled);
                }
                let second = holders.next();
                let merged = level.merged.as_ref().is_none_or(|merged| rules.among(name, merged));
                let certain = level.rows.iter().all(|row| row.columns.complete()) && !level.opaque;
                if let (Some(second), false, true) = (second, merged, certain)
                    && !rules.among(name, &level.outputs)
                {
                    let of = |row: &super::Row| row.name.clone().unwrap_or_else(|| "?".to_owned());
                    let message =
                        format!("column `{name}` is ambiguous: `{}` and `{}` have it", of(row), of(second));
                    self.report("ambiguous-column", sure, column.span, message);
                }
                return;
            }
            let named = level
                .rows
                .iter()
                .any(|row| row.name.as_ref().is_some_and(|row| row.eq_ignore_ascii_case(name)));
            if named || rules.among(name, &level.outputs) {
                return;
            }
            sure &= !level.opaque && level.rows.iter().all(|row| row.columns.complete());
        }
        let hidden = rules.hidden_columns.iter().any(|hidden| rules.same(hidden, name));
        if hidden || (!column.quoted && self.is_word(name)) || (column.quoted && rules.quoted_is_string) {
            return;
        }
        // Where something is not known, any name may come from it: nothing worth a note.
        if !sure {
            return;
        }
        self.report("unknown-column", true, column.span, format!("column `{name}` does not exist"));
        let choices: Vec<&str> = scope
            .chain()
            .flat_map(|level| &level.rows)
            .flat_map(|row| row.columns.names())
            .map(String::as_str)
            .collect();
        self.did_you_mean(name, choices);
        let origin = scope.rows.iter().find_map(|row| {
            self.catalog.get(row.relation.as_ref()?)?.state().and_then(|state| state.origin.clone())
        });
        if scope.rows.len() == 1 {
            self.created_here(origin.as_ref(), "the table was created here");
        }
    }

    fn column_of(&mut self, qualifier: &Ident, column: &Ident, scope: &Scope<'_>, doubt: bool) {
        let rules = self.catalog.rules();
        let (table, name) = (qualifier.text.as_str(), column.text.as_str());
        let mut sure = !doubt;
        for level in scope.chain() {
            let row = level.rows.iter().find(|row| {
                row.name.as_ref().is_some_and(|row| rules.same(row, table) || row.eq_ignore_ascii_case(table))
            });
            if let Some(row) = row {
                if rules.among(name, row.columns.names()) {
                    if let Some(key) = &row.relation {
                        let spelled = self.spelled(&row.columns, name);
                        self.uses.entry(key.clone()).or_default().insert(spelled);
                    }
                    return;
                }
                let hidden = rules.hidden_columns.iter().any(|hidden| rules.same(hidden, name));
                // `table.function` calls a function with the row.
                let call = super::calls_like_columns(self.catalog)
                    && !self
                        .catalog
                        .find_routines(&crate::ast::Name { qualifiers: Vec::new(), last: column.clone() })
                        .is_empty();
                if !row.columns.complete() || hidden || call || !sure || level.opaque {
                    return;
                }
                self.report("unknown-column", true, column.span, format!("`{table}` has no column `{name}`"));
                let choices: Vec<String> = row.columns.names().to_vec();
                self.did_you_mean(name, choices.iter().map(String::as_str));
                let origin =
                    row.relation.as_ref().and_then(|key| self.catalog.get(key)?.state()?.origin.clone());
                self.created_here(origin.as_ref(), "it was created here");
                return;
            }
            sure &= !level.opaque && level.rows.iter().all(|row| row.name.is_some());
        }
        // Rows of triggers and of conflicts, where the reader does not say so.
        if !sure || matches!(table.to_ascii_lowercase().as_str(), "new" | "old" | "excluded" | "values") {
            return;
        }
        self.report("unknown-table", true, qualifier.span, format!("`{table}` is not a table of this query"));
        let choices: Vec<&str> =
            scope.chain().flat_map(|level| &level.rows).filter_map(|row| row.name.as_deref()).collect();
        self.did_you_mean(table, choices);
    }

    /// Whether a name is a value by itself. Only domains of Postgres have VALUE.
    fn is_word(&self, name: &str) -> bool {
        builtin::is_word(name)
            && (super::calls_like_columns(self.catalog) || !name.eq_ignore_ascii_case("value"))
    }

    /// The name of a column as it was created.
    fn spelled(&self, columns: &Columns, name: &str) -> String {
        let rules = self.catalog.rules();
        columns
            .names()
            .iter()
            .find(|column| rules.same(column, name))
            .cloned()
            .unwrap_or_else(|| name.to_owned())
    }
}

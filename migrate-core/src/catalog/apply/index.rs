//! Indexes.

use std::sync::Arc;

use super::Apply;
use crate::ast::{CreateIndex, Expression, Ident, IndexPart, Name};
use crate::catalog::key::{Class, Key};
use crate::catalog::lookup::Found;
use crate::catalog::model::{self, Entity, Index};
use crate::catalog::rules::Naming;
use crate::catalog::{builtin, naming};

impl Apply<'_> {
    pub(super) fn create_index_statement(&mut self, create: &CreateIndex) {
        let Some(key) = self.relation(&create.table, false, "table") else { return };
        match self.catalog.get(&key) {
            Some(Entity::Table(_)) => {}
            Some(Entity::View(view)) if view.materialized => {}
            Some(entity) => {
                let message = format!("a {} cannot have an index", entity.word());
                let sure = self.sure(&key);
                self.report("wrong-object", sure, create.table.last.span, message);
                self.created_here(&key);
                return;
            }
            None => return,
        }
        self.create_index(&key, create);
    }

    /// An index on the table or materialized view `key`.
    pub(super) fn create_index(&mut self, key: &Key, create: &CreateIndex) {
        let rules = self.rules();
        if let Some(name) = &create.name {
            if create.or_replace {
                let folded = rules.columns.fold(&name.last.text).into_owned();
                self.catalog.edit(key, |entity| {
                    if let Some(indexes) = entity.indexes_mut() {
                        indexes.retain(|index| *index.key != *folded);
                    }
                });
            }
            let existing = if rules.indexes_in_schema {
                let new = Key::new(Class::Relation, &key.schema, &rules.columns.fold(&name.last.text));
                self.duplicate(&new, &name.last, "index", create.if_not_exists)
            } else {
                self.duplicate_in_table(key, &name.last, create.if_not_exists)
            };
            if existing {
                return;
            }
        }
        let (parts, mut columns, mut uses) = self.index_parts(key, &create.parts);
        for column in &create.include {
            if let Some(column) = self.existing_column(key, column) {
                columns.push(column);
            }
        }
        if let Some(predicate) = &create.predicate {
            let (more, used) = self.expression_on(key, predicate);
            columns.extend(more);
            uses.extend(used);
        }
        columns.sort();
        columns.dedup();
        let include: Vec<String> = create.include.iter().map(|column| column.text.clone()).collect();
        let name = match (&create.name, rules.naming) {
            (Some(name), _) => name.last.text.clone(),
            (None, Naming::MySql | Naming::MariaDb) => self.first_column_name(key, &parts),
            (None, _) => {
                let mut names = self.names_of(&parts, &create.parts);
                names.extend(include.iter().cloned());
                self.free_index(key, &naming::distinct(names), "idx")
            }
        };
        // An index of one's own takes the place of the one that MySQL made for a foreign key.
        if matches!(rules.naming, Naming::MySql | Naming::MariaDb) {
            let covers = |index: &Index| {
                index.for_foreign_key
                    && index.parts.len() <= parts.len()
                    && index.parts.iter().zip(&parts).all(|(a, b)| a.column == b.column && b.column.is_some())
            };
            self.catalog.edit(key, |entity| {
                if let Some(indexes) = entity.indexes_mut() {
                    indexes.retain(|index| !covers(index));
                }
            });
        }
        let method =
            create.method.as_ref().or(create.special.as_ref()).map(|it| it.text.to_ascii_lowercase());
        let origin = create.name.as_ref().map_or(self.span, |name| name.last.span);
        let index = Index {
            name,
            parts,
            include,
            unique: create.unique,
            method: method.filter(|method| method != "btree"),
            predicate: create.predicate.as_ref().map(|predicate| self.spelled(predicate.span)),
            columns,
            uses,
            origin: Some(self.origin(origin)),
            ..Index::default()
        };
        self.push_index(key, index);
    }

    fn duplicate_in_table(&mut self, key: &Key, name: &Ident, silent: bool) -> bool {
        let indexes = self.catalog.get(key).map(Entity::indexes).unwrap_or_default();
        let Some(first) = indexes.iter().find(|index| self.rules().same(&index.name, &name.text)) else {
            return false;
        };
        if first.for_foreign_key {
            return false;
        }
        if !silent {
            let origin = first.origin.clone();
            let sure = self.sure(key);
            let message = format!("the table has an index `{}` already", name.text);
            self.report("duplicate-index", sure, name.span, message);
            self.related("the index was created here".to_owned(), origin);
        }
        true
    }

    pub(super) fn push_index(&mut self, key: &Key, mut index: Index) {
        index.key = Arc::from(&*self.rules().columns.fold(&index.name));
        self.catalog.edit(key, |entity| {
            if let Some(indexes) = entity.indexes_mut() {
                indexes.push(index);
            }
        });
        self.handed_down(key);
    }

    /// The parts of an index, all columns in them, and the functions and types.
    pub(super) fn index_parts(
        &mut self,
        key: &Key,
        written: &[IndexPart],
    ) -> (Vec<model::IndexPart>, Vec<String>, Vec<Key>) {
        let (mut parts, mut columns, mut uses) = (Vec::new(), Vec::new(), Vec::new());
        for part in written {
            let mut column = None;
            if let Some(name) = &part.column {
                let quoted_string = name.quoted && self.rules().quoted_is_string;
                let known = if quoted_string && self.rules().naming == Naming::Sqlite {
                    Some(name.text.clone())
                } else {
                    self.existing_column(key, name)
                };
                let spelled = known.unwrap_or_else(|| name.text.clone());
                columns.push(spelled.clone());
                column = Some(spelled);
            }
            if let Some(class) = &part.opclass {
                self.operator_class(class);
            }
            let expression = part.expression.as_ref().map(|expression| {
                let (more, used) = self.expression_on(key, expression);
                columns.extend(more);
                uses.extend(used);
                self.spelled(expression.span)
            });
            parts.push(model::IndexPart {
                column,
                expression,
                length: part.length,
                descending: part.descending,
            });
        }
        (parts, columns, uses)
    }

    /// A word behind a column: the comma before a second column is missing, or DESC is misspelled.
    fn operator_class(&mut self, class: &Name) {
        let known = builtin::may_be_operator_class(&class.last.text)
            || !class.qualifiers.is_empty()
            || self.catalog.taint.strange_operator_classes();
        if !known {
            let message = format!("operator class `{}` does not exist", class.last.text);
            self.report("unknown-operator-class", true, class.last.span, message);
            self.help("a comma may be missing before it, or an order misspelled");
        }
    }

    /// CLUSTER: the table must have the index.
    pub(super) fn index_of(&mut self, table: &Name, index: &Ident) {
        let Found::Here(key) = self.catalog.find_relation(table) else { return };
        let indexes = self.catalog.get(&key).map(Entity::indexes).unwrap_or_default();
        if indexes.iter().any(|it| self.rules().same(&it.name, &index.text)) {
            return;
        }
        let names: Vec<String> = indexes.iter().map(|it| it.name.clone()).collect();
        let sure = self.sure(&key);
        self.report("unknown-index", sure, index.span, format!("the table has no index `{}`", index.text));
        self.did_you_mean(&index.text, names.iter().map(String::as_str));
    }

    /// What stands for the parts in the name of an index.
    pub(super) fn part_names(&self, parts: &[model::IndexPart], include: &[Ident]) -> Vec<String> {
        let names = parts.iter().map(|part| part.column.clone().unwrap_or_else(|| "expr".to_owned()));
        let included = include.iter().map(|column| column.text.clone());
        naming::distinct(names.chain(included).collect())
    }

    fn names_of(&self, parts: &[model::IndexPart], written: &[IndexPart]) -> Vec<String> {
        let name = |(part, written): (&model::IndexPart, &IndexPart)| {
            part.column.clone().unwrap_or_else(|| expression_name(written.expression.as_ref(), self.text))
        };
        parts.iter().zip(written).map(name).collect()
    }
}

/// Postgres names an expression that is a call after the function.
fn expression_name(expression: Option<&Expression>, text: &str) -> String {
    let Some(expression) = expression else { return "expr".to_owned() };
    let source = expression.span.map_or("", |span| span.of(text)).trim_start_matches(['(', ' ']);
    let call = expression.functions.iter().find(|function| {
        let name = function.last.text.as_str();
        let start = source.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        start && source[name.len()..].trim_start().starts_with('(')
    });
    call.map_or_else(|| "expr".to_owned(), |function| function.last.text.clone())
}

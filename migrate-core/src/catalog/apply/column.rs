//! Columns: their types, defaults and sequences.

use super::Apply;
use crate::ast::{Column as Written, Expression, Generated, Ident};
use crate::catalog::key::{Class, Key};
use crate::catalog::lookup::Found;
use crate::catalog::model::{Column, Constraint, ConstraintKind, Entity, Sequence};
use crate::catalog::rules::Naming;
use crate::catalog::{builtin, naming, resolve, spelling, types};
use crate::migrations::Span;
use crate::syntax::{Lexer, TokenKind};

impl Apply<'_> {
    /// A column as the catalog keeps it, without the expressions that may name other columns.
    pub(super) fn column(&mut self, key: &Key, written: &Written) -> Column {
        let dialect = self.catalog.dialect;
        let mut column = Column {
            name: written.name.text.clone(),
            type_name: written.type_name.as_ref().map(|it| types::normalized(dialect, it)),
            not_null: written.not_null,
            collation: written.collation.as_ref().map(resolve::shown),
            auto_increment: written.auto_increment,
            origin: Some(self.origin(written.name.span)),
            ..Column::default()
        };
        self.closed_types(key, written);
        if let Some(type_name) = &written.type_name {
            let ((), walked) = self.resolve(|resolver| resolver.type_name(type_name));
            column.uses.extend(walked.routines);
            if types::serial(dialect, type_name).is_some() {
                column.not_null = true;
                let sequence = self.own_sequence(key, &column.name, written.name.span, false);
                column.default = Some(format!("nextval('{}'::regclass)", sequence.name));
                column.uses.push(sequence);
            }
        }
        if let Some(default) = &written.default {
            column.default = Some(self.spelled(default.span));
        }
        if let Some(Generated::IdentityAlways | Generated::IdentityByDefault) = &written.generated {
            column.not_null = true;
            column.identity = identity(written.generated.as_ref());
            let sequence = self.own_sequence(key, &column.name, written.name.span, true);
            column.uses.push(sequence);
        }
        column
    }

    /// Where nobody can create types, one that is not in the list does not exist.
    fn closed_types(&mut self, key: &Key, written: &Written) {
        let table = self.catalog.get(key).and_then(Entity::as_table);
        let strict = table.is_some_and(|table| table.strict);
        let Some(type_name) = &written.type_name else {
            if strict {
                let message = format!("column `{}` of a STRICT table has no type", written.name.text);
                self.report("unknown-type", true, written.name.span, message);
            }
            return;
        };
        if self.rules().naming == Naming::Sqlite
            && written.auto_increment
            && !type_name.name.eq_ignore_ascii_case("integer")
        {
            let message = "only a column of the type INTEGER can be AUTOINCREMENT".to_owned();
            self.report("autoincrement-type", true, type_name.span, message);
        }
        let known = builtin::closed_types(self.catalog.dialect, strict);
        let first = type_name.name.split(' ').next().unwrap_or("").to_ascii_lowercase();
        // A type that SQLite compares as a whole.
        let more = strict && (type_name.name.contains(' ') || !type_name.arguments.is_empty());
        if known.is_empty() || type_name.schema.is_some() || (known.contains(&first.as_str()) && !more) {
            return;
        }
        let text = type_name.name.clone();
        self.report("unknown-type", true, type_name.span, format!("type `{text}` does not exist"));
        self.did_you_mean(&first, known.iter().copied());
    }

    /// Adds a column; gives whether it was not there before.
    pub(super) fn add_column(&mut self, key: &Key, written: &Written, if_not_exists: bool) -> bool {
        let rules = self.rules();
        let inherited = self.catalog.get(key).and_then(Entity::as_table).is_some_and(|table| {
            table.columns.iter().any(|it| it.inherited && rules.same(&it.name, &written.name.text))
        });
        if if_not_exists {
            let table = self.catalog.get(key).and_then(Entity::as_table);
            if table.is_some_and(|table| {
                rules.among(&written.name.text, table.columns.iter().map(|column| &column.name))
            }) {
                return false;
            }
        }
        if self.duplicate_column(key, &written.name) {
            return false;
        }
        let column = self.column(key, written);
        let position = written.position.clone();
        if let Some(Some(after)) = &position {
            self.existing_column(key, after);
        }
        self.catalog.edit(key, |entity| {
            let Some(table) = entity.as_table_mut() else { return };
            if inherited {
                table.columns.retain(|it| !rules.same(&it.name, &column.name));
            }
            let at = match position {
                None => table.columns.len(),
                Some(None) => 0,
                Some(Some(after)) => table
                    .columns
                    .iter()
                    .position(|it| rules.same(&it.name, &after.text))
                    .map_or(table.columns.len(), |at| at + 1),
            };
            table.columns.insert(at, column);
        });
        self.inherit_column(key, &written.name.text);
        true
    }

    /// Children have the columns of their parents.
    fn inherit_column(&mut self, key: &Key, name: &str) {
        let rules = self.rules();
        for child in self.catalog.store.users(key) {
            let is_child = self
                .catalog
                .get(&child)
                .and_then(Entity::as_table)
                .is_some_and(|table| table.parents.contains(key));
            if is_child && child != *key {
                let mut copy = self
                    .catalog
                    .get(key)
                    .and_then(Entity::as_table)
                    .and_then(|table| table.columns.iter().find(|it| rules.same(&it.name, name)))
                    .cloned();
                if let Some(copy) = copy.as_mut() {
                    copy.inherited = true;
                    let copy = copy.clone();
                    self.catalog.edit(&child, |entity| {
                        if let Some(table) = entity.as_table_mut()
                            && !rules.among(&copy.name, table.columns.iter().map(|column| &column.name))
                        {
                            table.columns.push(copy);
                        }
                    });
                    self.inherit_column(&child, name);
                }
            }
        }
    }

    /// The expressions of a column, when all columns of its table are there.
    pub(super) fn column_expressions(&mut self, key: &Key, written: &Written) {
        self.check_of_json(key, written);
        if let Some(default) = &written.default {
            let uses = self.default_uses(default);
            self.change_column(key, &written.name.text, |column| column.uses.extend(uses));
        }
        if let Some(Generated::Stored(expression) | Generated::Virtual(expression)) = &written.generated {
            let (columns, uses) = self.expression_on(key, expression);
            let text = self.spelled(expression.span);
            self.change_column(key, &written.name.text, |column| {
                column.generated = Some(text);
                column.generated_from = columns;
                column.uses.extend(uses);
            });
        }
    }

    /// MariaDB keeps JSON as text with a check.
    fn check_of_json(&mut self, key: &Key, written: &Written) {
        let json = written.type_name.as_ref().is_some_and(|it| it.name == "json");
        if !json || self.rules().naming != Naming::MariaDb {
            return;
        }
        let name = written.name.text.clone();
        let origin = Some(self.origin(written.name.span));
        self.catalog.edit(key, |entity| {
            let Some(table) = entity.as_table_mut() else { return };
            let expression = format!("json_valid(`{name}`)");
            table.constraints.push(Constraint {
                name: None,
                kind: ConstraintKind::Check { expression, columns: vec![name] },
                not_valid: false,
                generated_name: true,
                uses: Vec::new(),
                origin,
            });
        });
    }

    /// The sequences, functions and types of a default.
    pub(super) fn default_uses(&mut self, default: &Expression) -> Vec<Key> {
        // A default has no columns; a name in it is a word that the reader does not know.
        let plain = Expression { columns: Vec::new(), ..default.clone() };
        let ((), walked) = self.resolve(|resolver| resolver.expression(&plain, &Default::default()));
        let mut uses = walked.routines;
        if self.rules().naming == Naming::Postgres
            && default.functions.iter().any(|function| function.last.text == "nextval")
            && let Some(span) = default.span
        {
            let source = span.of(self.text);
            let literal =
                Lexer::new(source, self.catalog.dialect).find(|token| token.kind == TokenKind::String);
            if let Some(literal) = literal {
                let written = spelling::string_body(literal.text(source)).to_owned();
                let at = Span::new(span.start + literal.span.start, span.start + literal.span.end);
                let name = name_in_text(&written, at);
                match self.catalog.find_relation(&name) {
                    Found::Here(key) => uses.push(key),
                    Found::Vague => {}
                    Found::Missing | Found::NoSchema => {
                        if !written.contains('"') {
                            self.missing_relation(&name, "sequence");
                        }
                    }
                }
            }
        }
        uses
    }

    pub(super) fn change_column(&mut self, key: &Key, name: &str, change: impl FnOnce(&mut Column)) {
        let rules = self.rules();
        self.catalog.edit(key, |entity| {
            let columns = entity.as_table_mut().map(|table| &mut table.columns);
            if let Some(column) =
                columns.and_then(|columns| columns.iter_mut().find(|it| rules.same(&it.name, name)))
            {
                change(column);
            }
        });
    }

    /// The column of a table with this name, as it was created. Reports a missing one.
    pub(super) fn existing_column(&mut self, key: &Key, name: &Ident) -> Option<String> {
        self.resolve(|resolver| match resolver.catalog.get(key)? {
            Entity::Table(table) => resolver.column_in(table, key, name),
            Entity::View(view) => resolver.column_in(&view_as_table(view), key, name),
            _ => None,
        })
        .0
    }

    /// The sequence that the server makes for a serial or identity column.
    pub(super) fn own_sequence(&mut self, table: &Key, column: &str, span: Span, identity: bool) -> Key {
        let owner = self.catalog.get(table).map(|entity| entity.name().to_owned());
        let owner = owner.unwrap_or_else(|| table.name.to_string());
        let taken = |name: &str| self.catalog.relation_taken(&table.schema, name);
        let name = naming::free(&owner, Some(column), "seq", taken);
        let key = Key::new(Class::Relation, &table.schema, &name);
        let sequence = Sequence {
            name,
            owner: Some((table.clone(), column.to_owned())),
            identity,
            temporary: false,
            state: self.state(span),
        };
        self.catalog.insert(key.clone(), Entity::Sequence(sequence));
        key
    }
}

pub(super) fn identity(generated: Option<&Generated>) -> Option<&'static str> {
    match generated {
        Some(Generated::IdentityAlways) => Some("ALWAYS"),
        Some(Generated::IdentityByDefault) => Some("BY DEFAULT"),
        _ => None,
    }
}

/// A name in the text of a string, as `regclass` reads it.
pub(super) fn name_in_text(text: &str, span: Span) -> crate::ast::Name {
    let ident = |part: &str| {
        let quoted = part.starts_with('"');
        let text = if quoted { part.trim_matches('"').to_owned() } else { part.to_lowercase() };
        Ident { text, quoted, span }
    };
    let mut parts: Vec<Ident> = text.split('.').map(ident).collect();
    let last = parts.pop().unwrap_or_else(|| ident(text));
    crate::ast::Name { qualifiers: parts, last }
}

/// A view, as far as its columns go.
fn view_as_table(view: &crate::catalog::model::View) -> crate::catalog::model::Table {
    let columns = view.columns.iter().flatten();
    crate::catalog::model::Table {
        name: view.name.clone(),
        columns: columns.map(|name| Column { name: name.clone(), ..Column::default() }).collect(),
        incomplete: view.columns.is_none(),
        state: view.state.clone(),
        ..Default::default()
    }
}

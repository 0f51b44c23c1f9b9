//! CREATE TYPE, CREATE DOMAIN, CREATE SEQUENCE.

use super::Apply;
use crate::ast::{CreateDomain, CreateSequence, CreateType, Ident, TypeBody};
use crate::catalog::key::{Class, Key};
use crate::catalog::model::{Attribute, DomainCheck, Entity, Sequence, TypeKind, UserType};
use crate::catalog::{resolve, types};

impl Apply<'_> {
    /// Reports that a type's name is taken. Gives whether it is.
    pub(super) fn type_taken(&mut self, key: &Key, name: &Ident) -> bool {
        let row = Key::new(Class::Relation, &key.schema, &key.name);
        let row = self.catalog.get(&row).and_then(Entity::as_table).map(|_| row);
        let existing = if self.catalog.get(key).is_some() { Some(key.clone()) } else { row };
        let Some(existing) = existing else { return false };
        // A shell type is created twice.
        if matches!(self.catalog.get(&existing), Some(Entity::Type(it)) if it.kind == TypeKind::Other) {
            return false;
        }
        let sure = self.sure(&existing);
        self.report("duplicate-type", sure, name.span, format!("type `{}` exists already", name.text));
        self.created_here(&existing);
        true
    }

    pub(super) fn create_type(&mut self, create: &CreateType) {
        let Some(key) = self.new_key(Class::Type, &create.name, false) else { return };
        let name = &create.name.last;
        if self.type_taken(&key, name) {
            return;
        }
        let dialect = self.catalog.dialect;
        let mut uses = Vec::new();
        let kind = match &create.body {
            TypeBody::Enum(labels) => {
                for (at, (label, span)) in labels.iter().enumerate() {
                    if labels[..at].iter().any(|(other, _)| other == label) {
                        self.report(
                            "duplicate-label",
                            true,
                            *span,
                            format!("label '{label}' is there twice"),
                        );
                    }
                }
                TypeKind::Enum(labels.iter().map(|(label, _)| label.clone()).collect())
            }
            TypeBody::Composite(columns) => {
                let mut attributes = Vec::new();
                for column in columns {
                    if let Some(type_name) = &column.type_name {
                        let ((), walked) = self.resolve(|resolver| resolver.type_name(type_name));
                        uses.extend(walked.routines);
                    }
                    attributes.push(Attribute {
                        name: column.name.text.clone(),
                        type_name: column.type_name.as_ref().map(|it| types::normalized(dialect, it)),
                    });
                }
                TypeKind::Composite(attributes)
            }
            TypeBody::Other => TypeKind::Other,
        };
        let state = self.state(name.span);
        self.catalog.insert(key, Entity::Type(UserType { name: name.text.clone(), kind, uses, state }));
    }

    pub(super) fn create_domain(&mut self, create: &CreateDomain) {
        let Some(key) = self.new_key(Class::Type, &create.name, false) else { return };
        let name = &create.name.last;
        if self.type_taken(&key, name) {
            return;
        }
        let ((), walked) = self.resolve(|resolver| resolver.type_name(&create.base));
        let mut checks: Vec<DomainCheck> = Vec::new();
        for check in &create.checks {
            if let crate::ast::ConstraintKind::Check(expression) = &check.kind {
                let made = match checks.len() {
                    0 => format!("{}_check", name.text),
                    number => format!("{}_check{number}", name.text),
                };
                checks.push(DomainCheck {
                    name: check.name.as_ref().map_or(made, |name| name.text.clone()),
                    expression: self.spelled(expression.span),
                });
            }
        }
        let kind = TypeKind::Domain {
            base: types::normalized(self.catalog.dialect, &create.base),
            not_null: create.not_null,
            default: create.default.as_ref().map(|default| self.spelled(default.span)),
            checks,
        };
        let state = self.state(name.span);
        let domain = UserType { name: name.text.clone(), kind, uses: walked.routines, state };
        self.catalog.insert(key, Entity::Type(domain));
    }

    pub(super) fn create_sequence(&mut self, create: &CreateSequence) {
        let Some(key) = self.new_key(Class::Relation, &create.name, create.temporary) else { return };
        let name = &create.name.last;
        if self.duplicate(&key, name, "sequence", create.if_not_exists) {
            return;
        }
        let owner = create.owned_by.as_ref().and_then(|(table, column)| {
            let table = self.table(table, false)?;
            let column = self.existing_column(&table, column)?;
            Some((table, column))
        });
        let sequence = Sequence {
            name: name.text.clone(),
            owner,
            identity: false,
            temporary: create.temporary,
            state: self.state(name.span),
        };
        self.catalog.insert(key, Entity::Sequence(sequence));
    }

    /// Type names in statements that are not followed further.
    pub(super) fn type_uses(&mut self, written: &[crate::ast::TypeName]) -> Vec<Key> {
        let ((), walked) = self.resolve(|resolver| {
            for type_name in written {
                resolve::check_type(resolver, type_name, None);
            }
        });
        walked.routines
    }
}

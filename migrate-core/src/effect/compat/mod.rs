//! What a change of the schema means for a binary that was built before it: the objects before and after,
//! compared. It looks at what changed and not at the statements, so that it is the same whether a table is
//! altered, or built anew, filled and renamed, and so that what is created and dropped in one go counts for
//! nothing.
//!
//! A value that an older binary cannot read because a newer one wrote it (a new label of an enum, a NULL
//! where there was none) is an expansion: the change itself breaks nothing, the release that uses it may.

mod table;
mod types;
mod unseen;

pub(super) use unseen::unseen;

use crate::catalog::model::{Entity, TypeKind};
use crate::catalog::{Catalog, Changes, Class as NameSpace, Key};

use super::fact::{Class, Reason};

/// What `changes` mean, when `after` is what they led to.
pub(super) fn reasons(after: &Catalog, changes: &Changes) -> Vec<Reason> {
    let mut found = Reasons { after, list: Vec::new() };
    for (key, old) in changes {
        if !after.is_temporary(key) {
            found.object(key, old.as_deref(), after.get(key));
        }
    }
    found.list
}

struct Reasons<'c> {
    after: &'c Catalog,
    list: Vec<Reason>,
}

impl Reasons<'_> {
    fn add(&mut self, class: Class, key: &Key, text: String) {
        self.list.push(Reason { class, object: key.clone(), text });
    }

    fn object(&mut self, key: &Key, old: Option<&Entity>, new: Option<&Entity>) {
        match (old, new) {
            (None, None) => {}
            (None, Some(new)) => {
                if !is_implicit(new) {
                    self.add(Class::Expand, key, format!("{} `{}` is new", new.word(), new.name()));
                }
            }
            (Some(old), None) => self.gone(key, old),
            (Some(old), Some(new)) => self.changed(key, old, new),
        }
    }

    fn gone(&mut self, key: &Key, old: &Entity) {
        let class = match old {
            // They go with their column, of which it is said.
            _ if is_implicit(old) => return,
            // Nothing names them but statements that change the schema.
            Entity::Trigger(_) | Entity::Policy(_) => Class::Expand,
            _ => Class::Contract,
        };
        self.add(class, key, format!("{} `{}` is gone", old.word(), old.name()));
    }

    fn changed(&mut self, key: &Key, old: &Entity, new: &Entity) {
        match (old, new) {
            (Entity::Table(old), Entity::Table(new)) => self.table(key, old, new),
            (Entity::Table(_) | Entity::View(_), Entity::Table(_) | Entity::View(_)) => {
                self.shape(key, old, new);
            }
            (Entity::Type(old), Entity::Type(new)) => self.user_type(key, &old.name, &old.kind, &new.kind),
            (Entity::Routine(old), Entity::Routine(new)) => {
                if old.returns != new.returns || old.procedure != new.procedure {
                    self.add(Class::Contract, key, format!("function `{}` returns another type", old.name));
                } else if old.body != new.body {
                    self.add(Class::Expand, key, format!("function `{}` has another body", old.name));
                }
            }
            _ if key.class == NameSpace::Relation && old.word() != new.word() => {
                self.add(
                    Class::Contract,
                    key,
                    format!("{} `{}` is a {} now", old.word(), old.name(), new.word()),
                );
            }
            _ => {}
        }
    }

    /// What can be selected by name.
    fn shape(&mut self, key: &Key, old: &Entity, new: &Entity) {
        let (Some(before), Some(after)) = (columns(old), columns(new)) else { return };
        for column in &before {
            if !after.iter().any(|it| self.after.same_column(it, column)) {
                let text = format!("column `{column}` of {} `{}` is gone", old.word(), old.name());
                self.add(Class::Contract, key, text);
            }
        }
        if after.len() > before.len() {
            self.add(Class::Expand, key, format!("{} `{}` has more columns", new.word(), new.name()));
        }
    }

    fn user_type(&mut self, key: &Key, name: &str, old: &TypeKind, new: &TypeKind) {
        match (old, new) {
            (TypeKind::Enum(old), TypeKind::Enum(new)) => {
                for label in old.iter().filter(|label| !new.contains(label)) {
                    self.add(Class::Contract, key, format!("type `{name}` has no value '{label}' any more"));
                }
                for label in new.iter().filter(|label| !old.contains(label)) {
                    self.add(Class::Expand, key, format!("type `{name}` has a new value '{label}'"));
                }
            }
            (TypeKind::Composite(old), TypeKind::Composite(new)) if old != new => {
                self.add(Class::Contract, key, format!("type `{name}` has other attributes"));
            }
            (
                TypeKind::Domain { not_null: was, checks: old, .. },
                TypeKind::Domain { not_null, checks: new, .. },
            ) => {
                if *not_null && !was {
                    self.add(Class::Contract, key, format!("domain `{name}` takes no NULL any more"));
                }
                for check in new.iter().filter(|it| !old.iter().any(|old| old.expression == it.expression)) {
                    self.add(
                        Class::Contract,
                        key,
                        format!("domain `{name}` has a new check `{}`", check.name),
                    );
                }
                if old.len() > new.len() || (*was && !not_null) {
                    self.add(Class::Expand, key, format!("domain `{name}` allows more"));
                }
            }
            _ => {}
        }
    }
}

/// The server made it for a column.
fn is_implicit(entity: &Entity) -> bool {
    matches!(entity, Entity::Sequence(sequence) if sequence.owner.is_some())
}

fn columns(entity: &Entity) -> Option<Vec<&str>> {
    match entity {
        Entity::Table(table) if !table.incomplete => {
            Some(table.columns.iter().map(|column| column.name.as_str()).collect())
        }
        Entity::View(view) => view.columns.as_ref().map(|names| names.iter().map(String::as_str).collect()),
        _ => None,
    }
}

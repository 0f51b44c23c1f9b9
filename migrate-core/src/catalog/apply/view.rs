//! Views.

use super::Apply;
use crate::ast::{CreateView, Ident, Kind};
use crate::catalog::finding::Finding;
use crate::catalog::key::{Class, Key};
use crate::catalog::model::{Entity, View};
use crate::catalog::resolve::Resolver;
use crate::catalog::rules::Naming;
use crate::diagnostic::Severity;
use crate::reader;
use crate::syntax::split;

impl Apply<'_> {
    pub(super) fn create_view(&mut self, create: &CreateView) {
        let rules = self.rules();
        let Some(key) = self.new_key(Class::Relation, &create.name, create.temporary) else { return };
        let name = &create.name.last;
        let word = if create.materialized { "materialized view" } else { "view" };
        let replaces = create.or_replace && matches!(self.catalog.get(&key), Some(Entity::View(_)));
        if !replaces
            && self.duplicate(
                &key,
                name,
                if create.materialized { word } else { "view" },
                create.if_not_exists,
            )
        {
            return;
        }
        let (mut columns, mut uses, mut routines, mut opaque) = (None, Default::default(), Vec::new(), true);
        if let Some(query) = &create.query {
            let before = self.findings.len();
            let (outputs, walked) = self.resolve(|resolver| resolver.query(query, None));
            if !rules.views_checked {
                // The server looks at the names when the view is used.
                self.findings.truncate(before);
            }
            self.calls(&walked.called);
            columns = outputs.and_then(|outputs| {
                let unnamed = |name: Option<String>| match (name, rules.naming) {
                    (Some(name), _) => Some(name),
                    (None, Naming::Postgres) => Some("?column?".to_owned()),
                    (None, _) => None,
                };
                outputs.into_iter().map(unnamed).collect::<Option<Vec<_>>>()
            });
            uses = walked.uses;
            routines = walked.routines;
            opaque = walked.opaque || query.opaque;
        }
        if !create.columns.is_empty() {
            let listed: Vec<String> = create.columns.iter().map(|column| column.text.clone()).collect();
            columns = match columns {
                Some(all) if listed.len() > all.len() => {
                    let message =
                        format!("{} columns are named, and the query gives {}", listed.len(), all.len());
                    let at = create.columns.get(all.len()).map_or(name.span, |column| column.span);
                    self.report("wrong-count", !opaque, at, message);
                    Some(listed)
                }
                Some(mut all) => {
                    for (place, name) in all.iter_mut().zip(listed) {
                        *place = name;
                    }
                    Some(all)
                }
                None => None,
            };
        }
        if replaces {
            self.replaced_view(&key, columns.as_deref(), name);
        }
        let view = View {
            name: name.text.clone(),
            columns,
            materialized: create.materialized,
            temporary: create.temporary,
            definition: create.query.as_ref().map(|query| self.spelled(query.span)),
            uses,
            routines,
            opaque,
            indexes: Vec::new(),
            state: self.state(name.span),
        };
        self.catalog.insert(key, Entity::View(view));
    }

    /// CREATE OR REPLACE VIEW of Postgres may add columns and nothing else.
    fn replaced_view(&mut self, key: &Key, columns: Option<&[String]>, at: &Ident) {
        if self.rules().naming != Naming::Postgres {
            return;
        }
        let Some(Entity::View(old)) = self.catalog.get(key) else { return };
        let (Some(before), Some(now)) = (&old.columns, columns) else { return };
        let unnamed = before.iter().chain(now).any(|name| name == "?column?");
        let message = if now.len() < before.len() {
            format!("view `{}` loses columns, which CREATE OR REPLACE cannot do", at.text)
        } else if let Some((old, new)) = before.iter().zip(now).find(|(old, new)| old != new) {
            format!("CREATE OR REPLACE cannot rename column `{old}` of view `{}` to `{new}`", at.text)
        } else {
            return;
        };
        let sure = self.sure(key) && !unnamed;
        self.report("view-columns", sure, at.span, message);
        self.created_here(key);
        self.help("drop the view first, or add new columns at the end");
    }

    /// SQLite reads all views and triggers again when a table is renamed or loses a column, and refuses when one
    /// of them names what is not there. `about` is the table in the statement.
    pub(super) fn broken_views(&mut self, about: &Ident) {
        if self.rules().naming != Naming::Sqlite || self.catalog.session.legacy_alter {
            return;
        }
        let users: Vec<Key> = [Class::Relation, Class::Trigger]
            .into_iter()
            .flat_map(|class| self.catalog.store.in_schema(class, "main"))
            .filter(|(_, entity)| matches!(entity, Entity::View(_) | Entity::Trigger(_)))
            .map(|(key, _)| key.clone())
            .collect();
        let broken = users.into_iter().find_map(|key| {
            let finding = match self.catalog.get(&key)? {
                Entity::View(view) => self.broken_view(view),
                Entity::Trigger(trigger) => self.broken_trigger(trigger),
                _ => None,
            }?;
            Some((key, finding))
        });
        let Some((user, finding)) = broken else { return };
        let sure = self.sure(&user)
            && !self.catalog.taint.strangers(Class::Relation)
            && finding.severity == Severity::Error;
        let (word, name) =
            self.catalog.get(&user).map(|it| (it.word(), it.name().to_owned())).unwrap_or_default();
        let message = format!(
            "table `{}` cannot be altered while {word} `{name}` is broken: {}",
            about.text, finding.message
        );
        self.report("broken-view", sure, about.span, message);
        self.created_here(&user);
        self.help(&format!("drop the {word} before, and create it again after"));
    }

    /// What a view names and is not there.
    fn broken_view(&self, view: &View) -> Option<Finding> {
        let text = view.definition.as_deref()?;
        let mut findings = Vec::new();
        for statement in split(text, self.catalog.dialect).statements {
            let read = reader::read(text, statement.span, self.catalog.dialect);
            let Kind::Select(query) = &read.kind else { return None };
            if !read.unread.is_empty() {
                return None;
            }
            let mut resolver = Resolver::new(self.catalog);
            resolver.query(query, None);
            findings.extend(resolver.findings);
        }
        findings.into_iter().find(|finding| self.is_broken(finding, text))
    }
}

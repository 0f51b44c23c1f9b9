//! What every statement needs: the catalog, the text, and a place for findings.

use std::sync::Arc;

use crate::ast::{Expression, Ident, Name};
use crate::catalog::finding::Finding;
use crate::catalog::key::{Class, Key, Origin};
use crate::catalog::lookup::Found;
use crate::catalog::model::{Entity, State};
use crate::catalog::resolve::{self, Resolver, Scope};
use crate::catalog::rules::Rules;
use crate::catalog::{Catalog, spelling};
use crate::diagnostic::{Severity, closest};
use crate::migrations::Span;

pub(super) struct Apply<'a> {
    pub(super) catalog: &'a mut Catalog,
    pub(super) text: &'a str,
    pub(super) path: Arc<str>,
    pub(super) span: Span,
    pub(super) findings: Vec<Finding>,
    /// Where the statement stands when `text` is not the file's: what made the text.
    pub(super) stands_at: Option<Span>,
    /// What the statement is about, for taint when a clause was not read.
    targets: Vec<Key>,
}

impl<'a> Apply<'a> {
    pub(super) fn new(catalog: &'a mut Catalog, text: &'a str, path: Arc<str>, span: Span) -> Self {
        Apply { catalog, text, path, span, findings: Vec::new(), stands_at: None, targets: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for finding in self.findings {
            let twice = |other: &Finding| other.span == finding.span && other.code == finding.code;
            if !findings.iter().any(twice) {
                findings.push(finding);
            }
        }
        findings
    }

    pub(super) fn rules(&self) -> &'static Rules {
        self.catalog.rules()
    }

    /// Remembers what the statement is about.
    pub(super) fn about(&mut self, key: &Key) {
        self.targets.push(key.clone());
    }

    /// Something that the statement says about its objects was not understood.
    pub(super) fn taint_targets(&mut self) {
        if self.targets.is_empty() {
            self.opaque_text(self.span);
        }
        for key in std::mem::take(&mut self.targets) {
            self.taint(&key);
        }
    }

    pub(super) fn taint(&mut self, key: &Key) {
        self.catalog.taint.confine();
        self.catalog.edit(key, |entity| {
            if let Some(state) = entity.state_mut() {
                state.tainted = true;
            }
        });
    }

    pub(super) fn origin(&self, span: Span) -> Origin {
        Origin { path: Arc::clone(&self.path), span: self.stands_at.unwrap_or(span) }
    }

    pub(super) fn state(&self, span: Span) -> State {
        State::at(self.origin(span))
    }

    pub(super) fn spelled(&self, span: Option<Span>) -> String {
        spelling::normalized(self.text, span, self.catalog.dialect)
    }

    /// Adds a finding; `sure` makes it an error.
    pub(super) fn report(&mut self, code: &'static str, sure: bool, span: Span, message: String) {
        let severity = if sure { Severity::Error } else { Severity::Note };
        self.findings.push(Finding { code, severity, message, span, help: Vec::new(), related: Vec::new() });
    }

    pub(super) fn help(&mut self, help: &str) {
        if let Some(finding) = self.findings.last_mut() {
            finding.help.push(help.to_owned());
        }
    }

    pub(super) fn did_you_mean<'n>(&mut self, word: &str, choices: impl IntoIterator<Item = &'n str>) {
        if let Some(near) = closest(word, choices)
            && near != word
        {
            let help = format!("did you mean `{near}`?");
            self.help(&help);
        }
    }

    /// Adds where the object was created to the last finding.
    pub(super) fn created_here(&mut self, key: &Key) {
        let Some(entity) = self.catalog.get(key) else { return };
        let origin = entity.state().and_then(|state| state.origin.clone());
        let message = format!("{} `{}` was created here", entity.word(), entity.name());
        self.related(message, origin);
    }

    pub(super) fn related(&mut self, message: String, origin: Option<Origin>) {
        if let (Some(origin), Some(finding)) = (origin, self.findings.last_mut()) {
            finding.related.push((message, origin));
        }
    }

    /// Whether what the catalog knows about an object is certain.
    pub(super) fn sure(&self, key: &Key) -> bool {
        !self.catalog.is_tainted(key)
    }

    /// The table, view or sequence with this name. Reports a missing one unless `if_exists`.
    pub(super) fn relation(&mut self, name: &Name, if_exists: bool, word: &str) -> Option<Key> {
        match self.catalog.find_relation(name) {
            Found::Here(key) => {
                self.about(&key);
                Some(key)
            }
            Found::Vague => None,
            Found::Missing | Found::NoSchema => {
                if !if_exists {
                    self.missing_relation(name, word);
                }
                None
            }
        }
    }

    pub(super) fn missing_relation(&mut self, name: &Name, word: &str) {
        let mut resolver = Resolver::new(self.catalog);
        resolve::unknown_relation(&mut resolver, name, word);
        let findings = resolver.findings;
        self.findings.extend(findings);
    }

    pub(super) fn has_extension(&self, name: &str) -> bool {
        self.catalog.get(&Key::new(Class::Extension, "", name)).is_some()
    }

    /// The table with this name; a view or sequence is none.
    pub(super) fn table(&mut self, name: &Name, if_exists: bool) -> Option<Key> {
        let key = self.relation(name, if_exists, "table")?;
        if self.catalog.get(&key).and_then(Entity::as_table).is_some() {
            return Some(key);
        }
        None
    }

    pub(super) fn tables_exist(&mut self, names: &[Name]) {
        for name in names {
            self.relation(name, false, "table");
        }
    }

    /// Walks with a resolver and keeps what it finds.
    pub(super) fn resolve<T>(&mut self, walk: impl FnOnce(&mut Resolver<'_>) -> T) -> (T, Walked) {
        let mut resolver = Resolver::new(self.catalog);
        let result = walk(&mut resolver);
        let walked = Walked {
            uses: std::mem::take(&mut resolver.uses),
            routines: std::mem::take(&mut resolver.routines),
            called: std::mem::take(&mut resolver.called),
            opaque: resolver.opaque,
        };
        let findings = std::mem::take(&mut resolver.findings);
        self.findings.extend(findings);
        (result, walked)
    }

    /// An expression that may use the columns of one table: those that it uses, and functions and types.
    pub(super) fn expression_on(&mut self, key: &Key, expression: &Expression) -> (Vec<String>, Vec<Key>) {
        let name = self.catalog.get(key).map(|entity| entity.name().to_owned()).unwrap_or_default();
        let ((), walked) = self.resolve(|resolver| {
            let ident = Ident { text: name, quoted: true, span: Span::new(0, 0) };
            let row = resolver.row_of(key, &ident);
            resolver.expression(expression, &Scope::of(vec![row]));
        });
        let columns =
            walked.uses.get(key).map(|columns| columns.iter().cloned().collect()).unwrap_or_default();
        (columns, walked.routines)
    }

    /// The key of a new object. Reports a schema that does not exist.
    pub(super) fn new_key(&mut self, class: Class, name: &Name, temporary: bool) -> Option<Key> {
        let Some(key) = self.catalog.key_for_new(class, name, temporary) else {
            // The search path is not known, and so is where this goes.
            self.catalog.taint.objects_appear();
            return None;
        };
        if self.catalog.lacks_schema(&key)
            && let Some(schema) = name.qualifiers.last()
        {
            let message = format!("schema `{}` does not exist", schema.text);
            self.report("unknown-schema", true, schema.span, message);
            let known: Vec<String> = self
                .catalog
                .store
                .in_schema(Class::Schema, "")
                .map(|(_, entity)| entity.name().to_owned())
                .collect();
            self.did_you_mean(&schema.text, known.iter().map(String::as_str));
        }
        if !name.qualifiers.is_empty() {
            self.catalog.qualified.insert(key.clone());
        }
        self.about(&key);
        Some(key)
    }

    /// Reports that the name of a new table, view, sequence or index is taken. Gives whether it is.
    pub(super) fn duplicate(&mut self, key: &Key, name: &Ident, word: &str, silent: bool) -> bool {
        let existing = self.catalog.get(key).map(|entity| (key.clone(), entity.word()));
        let existing = existing.or_else(|| {
            if !self.rules().indexes_in_schema || key.class != Class::Relation {
                return None;
            }
            let home = self.catalog.store.home(&key.schema, &self.rules().columns.fold(&name.text))?;
            Some((home.clone(), "index"))
        });
        let Some((existing, what)) = existing else { return false };
        if !silent {
            let code = match word {
                "view" => "duplicate-view",
                "index" => "duplicate-index",
                "sequence" => "duplicate-sequence",
                _ => "duplicate-table",
            };
            let message = if what == word {
                format!("{word} `{}` exists already", name.text)
            } else {
                format!("{word} `{}` cannot be created: the {what} `{}` exists already", name.text, name.text)
            };
            let sure = !self.catalog.may_have_changed(&existing);
            self.report(code, sure, name.span, message);
            self.created_here(&existing);
        }
        true
    }
}

/// What a walk has met.
#[derive(Debug)]
pub(super) struct Walked {
    pub(super) uses: std::collections::BTreeMap<Key, std::collections::BTreeSet<String>>,
    pub(super) routines: Vec<Key>,
    pub(super) called: Vec<Name>,
    pub(super) opaque: bool,
}

//! Functions, procedures and triggers.

use std::sync::Arc;

use super::Apply;
use super::drop_object::key_on_table;
use crate::ast::{ColumnRef, CreateRoutine, CreateTrigger, Ident};
use crate::catalog::finding::Finding;
use crate::catalog::key::{Class, Key};
use crate::catalog::model::{Entity, Routine, Trigger};
use crate::catalog::resolve::{Resolver, Scope};
use crate::catalog::rules::Naming;
use crate::catalog::{resolve, types};
use crate::diagnostic::Severity;
use crate::migrations::Span;
use crate::reader;
use crate::syntax::{Lexer, Token, TokenKind, split};

impl Apply<'_> {
    pub(super) fn create_routine(&mut self, create: &CreateRoutine) {
        let rules = self.rules();
        let dialect = self.catalog.dialect;
        let Some(mut key) = self.new_key(Class::Routine, &create.name, false) else { return };
        let arguments: Vec<String> =
            create.arguments.iter().map(|argument| types::normalized(dialect, argument)).collect();
        let identity = if rules.naming == Naming::Postgres { arguments.join(", ") } else { String::new() };
        let name = &create.name.last;
        key =
            Key::new(Class::Routine, &key.schema, &format!("{}({identity})", rules.columns.fold(&name.text)));
        self.about(&key);
        if self.catalog.get(&key).is_some() && !create.or_replace {
            if !create.if_not_exists {
                let sure = self.sure(&key);
                let message = format!("function `{}` exists already", resolve::shown(&create.name));
                self.report("duplicate-function", sure, name.span, message);
                self.created_here(&key);
            }
            return;
        }
        let uses = self.type_uses(&create.arguments);
        if !matches!(create.language.as_deref(), Some("c" | "internal"))
            && let Some(returns) = &create.returns
        {
            self.resolve(|resolver| resolver.type_name(returns));
        }
        self.body_of_sql(create);
        let returns = create.returns.as_ref().map(|returns| types::normalized(dialect, returns));
        let language = create.language.as_ref().map(|language| language.to_ascii_lowercase());
        let routine = Routine {
            name: name.text.clone(),
            arguments,
            parameters: create.parameters.clone(),
            returns,
            procedure: create.procedure,
            language,
            body: create.body.map(|body| Arc::from(body.of(self.text))),
            uses,
            state: self.state(name.span),
        };
        self.catalog.insert(key, Entity::Routine(routine));
    }

    pub(super) fn create_trigger(&mut self, create: &CreateTrigger) {
        let rules = self.rules();
        let Some(table) = self.relation(&create.table, false, "table") else { return };
        let name = &create.name.last;
        let key = if rules.triggers_on_table {
            key_on_table(Class::Trigger, &table, &name.text)
        } else {
            Key::new(Class::Trigger, &table.schema, &rules.columns.fold(&name.text))
        };
        if self.catalog.get(&key).is_some() && !create.or_replace {
            if !create.if_not_exists {
                let sure = self.sure(&key) && self.sure(&table);
                self.report(
                    "duplicate-trigger",
                    sure,
                    name.span,
                    format!("trigger `{}` exists already", name.text),
                );
                self.created_here(&key);
            }
            return;
        }
        // SQLite takes any name behind UPDATE OF.
        for column in create.columns.iter().filter(|_| rules.naming != Naming::Sqlite) {
            self.existing_column(&table, column);
        }
        if let (Some(when), Naming::Postgres) = (&create.when, rules.naming) {
            // A name by itself would be another mistake.
            let rows = |column: &&ColumnRef| matches!(column.qualifiers.as_slice(), [row] if matches!(row.text.as_str(), "new" | "old"));
            let hidden = |column: &&ColumnRef| rules.hidden_columns.contains(&column.column.text.as_str());
            for column in when.columns.iter().filter(rows).filter(|column| !hidden(column)) {
                self.existing_column(&table, &column.column);
            }
        }
        if let (Some(body), Naming::MySql | Naming::MariaDb) = (create.body, rules.naming) {
            self.rows_of_trigger(&table, body);
        }
        let mut function = None;
        if let Some(called) = &create.function {
            match self.catalog.find_routines(called).as_slice() {
                [] => {
                    let vague = self.catalog.taint.strange_trigger_functions()
                        || self.catalog.session.path.is_none()
                        || self.has_extension("lo") && called.last.text == "lo_manage"
                        || is_own_trigger(&called.last.text)
                        || called.qualifiers.last().is_some_and(|schema| schema.text == "pg_catalog");
                    if !vague {
                        let message = format!("function `{}` does not exist", resolve::shown(called));
                        self.report("unknown-function", true, called.last.span, message);
                        self.suggest(Class::Routine, &called.last.text);
                    }
                }
                [only] => function = Some(only.clone()),
                // A trigger calls the one without arguments.
                many => function = many.iter().find(|key| key.name.ends_with("()")).cloned(),
            }
        }
        let trigger = Trigger {
            name: name.text.clone(),
            table,
            function,
            columns: create.columns.iter().map(|column| column.text.clone()).collect(),
            body: create.body.map(|body| Arc::from(body.of(self.text))),
            state: self.state(name.span),
        };
        self.catalog.insert(key, Entity::Trigger(trigger));
    }

    /// MySQL looks for the columns of NEW and OLD, and for nothing else in the body.
    fn rows_of_trigger(&mut self, table: &Key, body: Span) {
        let text = self.text;
        let tokens: Vec<Token> = Lexer::new(body.of(text), self.catalog.dialect).significant().collect();
        for three in tokens.windows(3) {
            let [row, dot, column] = three else { continue };
            let name = column.text(body.of(text));
            if !row.is_one_of(body.of(text), &["new", "old"])
                || dot.text(body.of(text)) != "."
                || !matches!(column.kind, TokenKind::Word | TokenKind::QuotedIdent)
            {
                continue;
            }
            let span = Span::new(body.start + column.span.start, body.start + column.span.end);
            let ident = Ident { text: name.trim_matches('`').to_owned(), quoted: true, span };
            self.existing_column(table, &ident);
        }
    }

    /// SQLite: what the text of a trigger names and is not there.
    pub(super) fn broken_trigger(&self, trigger: &Trigger) -> Option<Finding> {
        let dialect = self.catalog.dialect;
        let body = trigger.body.as_deref()?;
        let mut tokens = Lexer::new(body, dialect).significant();
        let begin = tokens.find(|token| token.is(body, "begin"))?;
        let end = tokens.last().filter(|token| token.is(body, "end"))?;
        let inner = Span::new(begin.span.end, end.span.start).of(body);
        let rows = ["new", "old"].map(|row| {
            let ident = Ident { text: row.to_owned(), quoted: false, span: Span::new(0, 0) };
            Resolver::new(self.catalog).row_of(&trigger.table, &ident)
        });
        let mut around = Scope::of(rows.to_vec());
        // They are named with what they belong to.
        around.merged = None;
        let mut resolver = Resolver::new(self.catalog);
        for statement in split(inner, dialect).statements {
            let read = reader::read(inner, statement.span, dialect);
            if read.unread.is_empty() {
                super::dml::walk_in_trigger(&mut resolver, &read.kind, &around);
            }
        }
        let findings = resolver.findings;
        findings.into_iter().find(|finding| self.is_broken(finding, inner))
    }

    /// Whether what a view or trigger lacks is missing for certain. SQLite keeps their texts up to date when
    /// something is renamed, and the catalog does not.
    pub(super) fn is_broken(&self, finding: &Finding, text: &str) -> bool {
        let named = finding.span.of(text).trim_matches(['"', '`', '[', ']', '\'']).to_ascii_lowercase();
        finding.severity == Severity::Error && !self.catalog.renamed.contains(&named)
    }

    pub(super) fn trigger_exists(&mut self, table: &Key, name: &Ident) {
        let key = key_on_table(Class::Trigger, table, &name.text);
        if !self.rules().triggers_on_table
            || self.catalog.get(&key).is_some()
            || matches!(name.text.to_ascii_lowercase().as_str(), "all" | "user")
        {
            return;
        }
        let parents =
            self.catalog.get(table).and_then(Entity::as_table).map_or(0, |table| table.parents.len());
        let sure = self.sure(table) && parents == 0;
        self.report("unknown-trigger", sure, name.span, format!("trigger `{}` does not exist", name.text));
        self.suggest(Class::Trigger, &name.text);
    }
}

/// Trigger functions of the server.
fn is_own_trigger(name: &str) -> bool {
    matches!(
        name,
        "tsvector_update_trigger"
            | "tsvector_update_trigger_column"
            | "suppress_redundant_updates_trigger"
            | "unique_key_recheck"
    ) || name.starts_with("RI_FKey_")
}

//! Statements that change no definition: VACUUM, ANALYZE, REINDEX, LOCK, COPY and the like.

use super::cursor::Reader;
use crate::ast::{Kind, Maintenance, Name, Verb};
use crate::syntax::TokenKind;

/// The words that such statements begin with.
const VERBS: &[(&str, Verb)] = &[
    ("vacuum", Verb::Vacuum),
    ("analyze", Verb::Analyze),
    ("analyse", Verb::Analyze),
    ("reindex", Verb::Reindex),
    ("cluster", Verb::Cluster),
    ("refresh", Verb::Refresh),
    ("optimize", Verb::Optimize),
    ("lock", Verb::Lock),
    ("unlock", Verb::Lock),
    ("checkpoint", Verb::Checkpoint),
    ("copy", Verb::Copy),
    ("listen", Verb::Listen),
    ("unlisten", Verb::Listen),
    ("notify", Verb::Notify),
    ("discard", Verb::Discard),
    ("explain", Verb::Explain),
    ("describe", Verb::Explain),
    ("desc", Verb::Explain),
    ("use", Verb::Use),
    ("attach", Verb::Attach),
    ("detach", Verb::Detach),
    ("load", Verb::Load),
    ("show", Verb::Other),
    ("repair", Verb::Other),
    ("check", Verb::Other),
    ("checksum", Verb::Other),
    ("flush", Verb::Other),
    ("kill", Verb::Other),
    ("purge", Verb::Other),
    ("reassign", Verb::Other),
    ("security", Verb::Other),
    ("import", Verb::Other),
    ("install", Verb::Other),
    ("uninstall", Verb::Other),
    ("handler", Verb::Other),
    ("change", Verb::Other),
    ("declare", Verb::Other),
    ("fetch", Verb::Other),
    ("move", Verb::Other),
    ("close", Verb::Other),
    ("signal", Verb::Other),
    ("resignal", Verb::Other),
    ("binlog", Verb::Other),
    ("cache", Verb::Other),
    ("help", Verb::Other),
    ("get", Verb::Other),
    ("shutdown", Verb::Other),
    ("restart", Verb::Other),
    ("stop", Verb::Other),
    ("start", Verb::Other),
    ("backup", Verb::Other),
];

impl Reader<'_> {
    /// A statement of maintenance, if this is one.
    pub(super) fn maintenance(&mut self) -> Option<Kind> {
        let (_, verb) = *VERBS.iter().find(|(word, _)| self.at(word))?;
        self.bump();
        let mut maintenance = of(verb);
        match verb {
            Verb::Vacuum | Verb::Analyze | Verb::Optimize => self.tables_with_options(&mut maintenance),
            Verb::Reindex => {
                self.options(&mut maintenance);
                let table = self.at("table");
                if !self.is_sqlite() && self.eat_any(&["table", "index", "schema", "database", "system"])
                    || self.kind(0) != Some(TokenKind::Word)
                {
                    maintenance.concurrently |= self.eat(&["concurrently"]);
                }
                let names = self.names();
                if table || self.is_sqlite() {
                    maintenance.tables = names;
                }
            }
            Verb::Cluster => {
                self.options(&mut maintenance);
                maintenance.tables.extend(self.name());
                // The old form names the index first.
                if self.eat(&["on"]) {
                    let index = std::mem::take(&mut maintenance.tables).pop();
                    maintenance.index = index.map(|index| index.last);
                    maintenance.tables = self.name().into_iter().collect();
                } else if self.eat(&["using"]) {
                    maintenance.index = self.ident();
                }
            }
            Verb::Refresh => {
                self.eat(&["materialized", "view"]);
                maintenance.concurrently = self.eat(&["concurrently"]);
                maintenance.tables.extend(self.name());
            }
            Verb::Lock => self.lock(&mut maintenance),
            Verb::Copy => {
                if self.at_open() {
                    self.skip_group();
                } else {
                    self.eat(&["binary"]);
                    maintenance.tables.extend(self.name());
                }
            }
            Verb::Load => {
                self.skip_to(&["into"]);
                if self.eat(&["into", "table"]) {
                    maintenance.tables.extend(self.name());
                }
            }
            Verb::Attach => {
                self.skip_to(&["as"]);
            }
            _ => {}
        }
        // Modes, options, formats: nothing of them says more about names.
        self.skip_rest();
        Some(Kind::Maintenance(maintenance))
    }

    /// `(CONCURRENTLY, VERBOSE)` and the words without parentheses.
    fn options(&mut self, maintenance: &mut Maintenance) {
        if self.at_open() {
            let (mut concurrently, mut full) = (false, false);
            self.list(|reader| {
                let off = reader.is_any(1, &["false", "off"]);
                concurrently |= reader.at("concurrently") && !off;
                full |= reader.at("full") && !off;
                reader.skip_to_comma();
                Some(())
            });
            maintenance.concurrently |= concurrently;
            maintenance.full |= full;
        }
        while self.at_any(&["full", "freeze", "verbose", "analyze", "analyse", "no_write_to_binlog", "local"])
        {
            maintenance.full |= self.at("full");
            self.bump();
        }
    }

    fn tables_with_options(&mut self, maintenance: &mut Maintenance) {
        self.options(maintenance);
        if self.is_mysql() {
            self.eat_any(&["table", "tables"]);
        }
        if self.is_sqlite() && maintenance.verb == Verb::Vacuum {
            return;
        }
        loop {
            maintenance.tables.extend(self.name());
            self.skip_group();
            if !self.eat_comma() {
                return;
            }
        }
    }

    fn lock(&mut self, maintenance: &mut Maintenance) {
        self.eat_any(&["table", "tables"]);
        loop {
            if self.is_ident(1) {
                self.eat(&["only"]);
            }
            maintenance.tables.extend(self.name());
            self.eat_symbol("*");
            if self.is_mysql() {
                self.skip_to_comma();
            }
            if !self.eat_comma() {
                return;
            }
        }
    }
}

/// A statement that names nothing.
pub(super) fn of(verb: Verb) -> Maintenance {
    Maintenance { verb, tables: Vec::<Name>::new(), index: None, concurrently: false, full: false }
}

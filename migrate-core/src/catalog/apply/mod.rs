//! One statement against the catalog: one `match`, one method for each kind.

mod alter_object;
mod alter_table;
mod body;
mod call;
mod column;
mod constraint;
mod context;
mod create_table;
mod dml;
mod drop_column;
mod drop_object;
mod index;
mod opaque;
mod other;
mod rename;
mod routine;
mod user_type;
mod view;

use std::sync::Arc;

use context::Apply;

use super::Catalog;
use super::finding::Finding;
use crate::ast::{Kind, Statement, Transaction, Verb};
use crate::diagnostic::Severity;

/// Does to `catalog` what `statement` does to a database, and says what that database would not accept.
/// `text` is what the spans of the statement point into, `path` where it comes from.
///
/// A statement that a server would refuse changes what it would have changed had the mistake not been made,
/// so that one mistake does not lead to a second finding.
pub fn apply(catalog: &mut Catalog, statement: &Statement, text: &str, path: &str) -> Vec<Finding> {
    let mut apply = Apply::new(catalog, text, Arc::from(path), statement.span);
    apply.statement(&statement.kind);
    if !statement.unread.is_empty() {
        apply.taint_targets();
        for finding in &mut apply.findings {
            finding.severity = Severity::Note;
        }
    }
    apply.finish()
}

impl Apply<'_> {
    pub(super) fn statement(&mut self, kind: &Kind) {
        match kind {
            Kind::CreateTable(create) => self.create_table(create),
            Kind::AlterTable(alter) => self.alter_table(alter),
            Kind::CreateIndex(create) => self.create_index_statement(create),
            Kind::CreateView(create) => self.create_view(create),
            Kind::CreateSequence(create) => self.create_sequence(create),
            Kind::CreateType(create) => self.create_type(create),
            Kind::CreateDomain(create) => self.create_domain(create),
            Kind::CreateRoutine(create) => self.create_routine(create),
            Kind::CreateTrigger(create) => self.create_trigger(create),
            Kind::CreateOther { object, name, on, if_not_exists, or_replace, elements, expressions } => {
                self.create_other(*object, name.as_ref(), on.as_ref(), *if_not_exists, *or_replace);
                self.elements(*object, name.as_ref(), elements);
                if let Some(on) = on {
                    self.expressions_about(on, expressions);
                }
            }
            Kind::Alter(alter) => self.alter_object(alter),
            Kind::Drop(drop) => self.drop_statement(drop),
            Kind::RenameTables(pairs) => self.rename_tables(pairs),
            Kind::Comment { object, name, column, .. } => {
                self.comment(*object, name.as_ref(), column.as_ref());
            }
            Kind::Grant { tables } => self.tables_exist(tables),
            Kind::Insert(insert) => self.insert(insert),
            Kind::Update(update) => self.update(update),
            Kind::Delete(delete) => self.delete(delete),
            Kind::Truncate { tables, .. } => self.tables_exist(tables),
            Kind::Select(query) => self.select(query),
            Kind::Opaque(_) | Kind::Other => self.opaque_statement(),
            Kind::Set(set) => {
                self.set(set);
                for more in &set.more {
                    self.set(more);
                }
            }
            Kind::Transaction(transaction) => self.transaction(*transaction),
            Kind::Pragma { name, value } => self.pragma(&name.text, value.as_deref()),
            Kind::Maintenance(maintenance) => match maintenance.verb {
                Verb::Use => self.use_database(),
                Verb::Attach | Verb::Detach | Verb::Load => self.catalog.taint_everything(),
                // Its data may be a program; its tables are there or not.
                _ => {
                    self.tables_exist(&maintenance.tables);
                    if let ([table], Some(index)) = (maintenance.tables.as_slice(), &maintenance.index) {
                        self.index_of(table, index);
                    }
                }
            },
        }
    }

    fn transaction(&mut self, transaction: Transaction) {
        if matches!(transaction, Transaction::Commit | Transaction::Rollback)
            && let Some(path) = self.catalog.session.local_path.take()
        {
            self.catalog.session.path = path;
        }
        match transaction {
            Transaction::Begin => {
                let mark = self.catalog.store.mark();
                let taint = self.catalog.taint.clone();
                self.catalog.session.transactions.push((mark, taint));
            }
            Transaction::Commit => {
                for (mark, _) in std::mem::take(&mut self.catalog.session.transactions).into_iter().rev() {
                    self.catalog.store.forget(&mark);
                }
            }
            Transaction::Rollback => {
                let transactional = self.catalog.dialect.spec().ddl == crate::dialect::Ddl::Transactional;
                for (mark, taint) in std::mem::take(&mut self.catalog.session.transactions).into_iter().rev()
                {
                    if transactional {
                        self.catalog.store.roll_back(&mark);
                        self.catalog.taint = taint;
                    } else {
                        self.catalog.store.forget(&mark);
                    }
                }
            }
            // Which savepoint is meant is not known here.
            Transaction::RollbackTo => self.catalog.taint_everything(),
            _ => {}
        }
    }
}

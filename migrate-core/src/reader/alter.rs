//! ALTER of everything that is not a table.

use super::cursor::Reader;
use crate::ast::{Alter, AlterAction, CreateView, Ident, Kind, Name, Object, TableAction, Verb};

impl Reader<'_> {
    /// Behind ALTER.
    pub(super) fn alter_statement(&mut self) -> Option<Kind> {
        if self.is_mysql() {
            self.eat_any(&["online"]);
            self.eat_any(&["ignore"]);
        }
        if self.eat(&["table"]) || self.eat(&["foreign", "table"]) {
            return self.alter_table();
        }
        if self.eat(&["system"]) || self.eat(&["instance"]) {
            self.skip_rest();
            return Some(Kind::Maintenance(super::maintenance::of(Verb::AlterSystem)));
        }
        if self.eat(&["default", "privileges"]) {
            self.skip_rest();
            return Some(Kind::Grant { tables: Vec::new() });
        }
        self.view_prefix();
        let object = self.object()?;
        if self.eat(&["all", "in", "tablespace"]) {
            self.skip_rest();
            return Some(Kind::Maintenance(super::maintenance::of(Verb::Other)));
        }
        let if_exists = self.eat(&["if", "exists"]);
        // The schema of MySQL that is altered may be the current one, which has no name here.
        if self.is_mysql() && matches!(object, Object::Schema | Object::Database) {
            let name = if self.is_database_option() { None } else { self.name() };
            self.skip_rest();
            return Some(Kind::CreateOther {
                object,
                name,
                on: None,
                if_not_exists: true,
                or_replace: false,
                elements: Vec::new(),
                expressions: Vec::new(),
            });
        }
        let Some(name) = self.name() else {
            if object != Object::Other && object != Object::Role {
                return None;
            }
            self.skip_rest();
            return Some(Kind::Maintenance(super::maintenance::of(Verb::Other)));
        };
        if object == Object::View && self.is_mysql() {
            let columns = self.idents_in_group();
            if self.eat(&["as"]) {
                return Some(self.replaced_view(name, columns));
            }
        }
        self.routine_arguments();
        let on = if self.eat(&["on"]) { self.name() } else { None };
        let action = self.alter_action(object);
        Some(Kind::Alter(Alter { object, name, on, if_exists, action }))
    }

    /// MySQL: `ALTER VIEW … AS` does what CREATE OR REPLACE VIEW does.
    fn replaced_view(&mut self, name: Name, columns: Vec<Ident>) -> Kind {
        let query = Some(self.query());
        if self.eat(&["with"]) {
            self.eat_any(&["cascaded", "local"]);
            self.eat(&["check", "option"]);
        }
        Kind::CreateView(CreateView {
            name,
            columns,
            query,
            materialized: false,
            or_replace: true,
            if_not_exists: false,
            temporary: false,
            with_data: true,
        })
    }

    fn is_database_option(&self) -> bool {
        self.at_any(&["default", "charset", "collate", "encryption", "comment"])
            || self.at_all(&["character", "set"])
            || self.at_all(&["read", "only"])
    }

    fn alter_action(&mut self, object: Object) -> AlterAction {
        let start = self.position();
        let action = self.known_action(object);
        match action {
            Some(action) => action,
            None => {
                self.restart(start);
                self.skip_rest();
                AlterAction::Other
            }
        }
    }

    fn known_action(&mut self, object: Object) -> Option<AlterAction> {
        Some(if self.eat(&["rename", "to"]) {
            AlterAction::RenameTo(self.ident()?)
        } else if self.eat(&["set", "schema"]) {
            AlterAction::SetSchema(self.ident()?)
        } else if self.eat(&["rename", "value"]) {
            let from = self.string()?.0;
            self.eat(&["to"]);
            AlterAction::RenameValue { from, to: self.string()?.0 }
        } else if object == Object::Type && self.eat(&["add", "value"]) {
            let if_not_exists = self.eat(&["if", "not", "exists"]);
            let label = self.string()?.0;
            let neighbour =
                if self.eat_any(&["before", "after"]) { self.string().map(|(label, _)| label) } else { None };
            AlterAction::AddValue { label, neighbour, if_not_exists }
        } else if self.eat(&["rename", "constraint"]) {
            let (from, to) = self.renamed()?;
            AlterAction::RenameConstraint { from, to }
        } else if self.at("rename")
            && matches!(object, Object::Type | Object::View | Object::MaterializedView)
        {
            self.bump();
            self.eat_any(&["attribute", "column"]);
            let (from, to) = self.renamed()?;
            self.cascade();
            AlterAction::RenameColumn { from, to }
        } else if object == Object::Domain && self.eat(&["add"]) {
            let mut check = self.table_constraint()?;
            super::types::without_value(&mut check);
            AlterAction::AddConstraint(check)
        } else if object == Object::Domain && self.eat(&["drop", "constraint"]) {
            let if_exists = self.eat(&["if", "exists"]);
            let name = self.ident()?;
            self.cascade();
            AlterAction::DropConstraint { name, if_exists }
        } else if object == Object::Domain && self.eat(&["validate", "constraint"]) {
            AlterAction::ValidateConstraint(self.ident()?)
        } else if object == Object::Domain && self.eat(&["set", "not", "null"]) {
            AlterAction::SetNotNull
        } else if object == Object::Domain && self.eat(&["drop", "not", "null"]) {
            AlterAction::DropNotNull
        } else if object == Object::Type && self.at_any(&["add", "drop", "alter"]) && self.is(1, "attribute")
        {
            AlterAction::Attributes(self.attribute_actions()?)
        } else if object == Object::Index && self.eat(&["attach", "partition"]) {
            AlterAction::AttachPartition(self.name()?)
        } else if object == Object::Sequence {
            let owned_by = self.sequence_options();
            if !self.done() {
                return None;
            }
            match owned_by {
                Some((table, column)) => AlterAction::OwnedBy(table, column),
                None => AlterAction::Other,
            }
        } else {
            return None;
        })
    }

    /// The attributes of a composite type, which are its columns.
    fn attribute_actions(&mut self) -> Option<Vec<TableAction>> {
        let mut actions = Vec::new();
        loop {
            let action = if self.eat(&["add", "attribute"]) {
                TableAction::AddColumn { column: self.column()?, if_not_exists: false }
            } else if self.eat(&["drop", "attribute"]) {
                let if_exists = self.eat(&["if", "exists"]);
                TableAction::DropColumn { name: self.ident()?, if_exists, cascade: self.cascade() }
            } else if self.eat(&["alter", "attribute"]) {
                let column = self.ident()?;
                self.eat(&["set", "data"]);
                self.eat(&["type"]);
                TableAction::SetType { column, type_name: self.type_name()?, using: None }
            } else {
                return None;
            };
            actions.push(action);
            if self.eat(&["collate"]) {
                self.name();
            }
            self.cascade();
            if !self.eat_comma() {
                return Some(actions);
            }
        }
    }
}

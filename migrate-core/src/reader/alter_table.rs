//! ALTER TABLE: the actions of all dialects.

use super::cursor::Reader;
use super::table::Pending;
use crate::ast::{AlterTable, Column, Generated, Ident, Kind, Name, TableAction};
use crate::syntax::TokenKind;

impl Reader<'_> {
    /// Behind `ALTER [FOREIGN] TABLE`.
    pub(super) fn alter_table(&mut self) -> Option<Kind> {
        if self.at_all(&["all", "in", "tablespace"]) {
            self.skip_rest();
            return Some(Kind::Maintenance(super::maintenance::of(crate::ast::Verb::Other)));
        }
        let if_exists = self.eat(&["if", "exists"]);
        let only = self.at("only") && self.is_ident(1) && self.eat(&["only"]);
        let table = self.name()?;
        self.eat_symbol("*");
        if self.is_mysql() && (self.eat(&["nowait"]) || self.eat(&["wait"])) {
            self.number();
        }
        let mut alter =
            AlterTable { table, if_exists, only, actions: Vec::new(), algorithm: None, lock: None };
        while !self.done() {
            if self.is_mysql() && self.at_any(&["algorithm", "lock"]) {
                let (algorithm, value) = self.algorithm_or_lock();
                if algorithm { alter.algorithm = value } else { alter.lock = value }
            } else {
                self.table_action(&mut alter);
            }
            // Options of MySQL, and its partitions, may follow without a comma.
            if self.is_mysql() && !self.at_comma() && !self.done() && self.is_table_option() {
                continue;
            }
            let start = self.position();
            if self.unread_to_comma() {
                alter.actions.push(TableAction::Other(self.span_from(start)));
            }
            self.eat_comma();
        }
        Some(Kind::AlterTable(alter))
    }

    pub(super) fn number(&mut self) {
        if self.kind(0) == Some(TokenKind::Number) {
            self.bump();
        }
    }

    fn is_table_option(&self) -> bool {
        self.at_all(&["partition", "by"])
            || self.at_all(&["remove", "partitioning"])
            || self.at_all(&["default", "charset"])
            || self.at_all(&["default", "character"])
            || self.at_all(&["character", "set"])
            || self.at_any(&["engine", "charset", "collate", "comment", "row_format", "auto_increment"])
    }

    fn table_action(&mut self, alter: &mut AlterTable) {
        let before = alter.actions.len();
        let start = self.position();
        let read = if self.eat(&["add"]) {
            self.add(alter)
        } else if self.eat(&["drop"]) {
            self.drop_action(alter)
        } else if self.eat(&["rename"]) {
            self.rename(alter)
        } else if self.at("alter") {
            self.bump();
            self.alter_column(alter)
        } else if self.is_mysql() && self.at_any(&["modify", "change"]) {
            self.change(alter)
        } else {
            self.other_action(alter)
        };
        if read.is_none() {
            alter.actions.truncate(before);
            self.unread_to_comma();
            alter.actions.push(TableAction::Other(self.span_from(start)));
        }
    }

    fn add(&mut self, alter: &mut AlterTable) -> Option<()> {
        if self.is_table_index() {
            let index = self.table_index(&alter.table)?;
            alter.actions.push(TableAction::AddIndex(index));
            return Some(());
        }
        if self.is_mysql()
            && self.at("partition")
            && (self.kind(1) == Some(TokenKind::Open) || self.is(1, "partitions"))
        {
            return self.partitions(alter, "ADD PARTITION");
        }
        if self.is_mysql() && self.at_all(&["system", "versioning"]) {
            return self.option(alter, TableAction::Rebuild("ADD SYSTEM VERSIONING".to_owned()));
        }
        if self.is_mysql() && self.at_all(&["period", "for"]) {
            return self.option(alter, TableAction::Option("ADD PERIOD".to_owned()));
        }
        // PostgreSQL 18: NOT NULL as a constraint with a name, which is not kept.
        if self.at("constraint") && self.is(2, "not") && self.is(3, "null") {
            self.bump();
            self.bump();
        }
        if self.eat(&["not", "null"]) {
            let column = self.ident()?;
            alter.actions.push(TableAction::SetNotNull { column });
            let _ = self.eat(&["no", "inherit"]) || self.eat(&["not", "valid"]);
            return Some(());
        }
        if self.is_table_constraint() {
            let constraint = self.table_constraint()?;
            alter.actions.push(TableAction::AddConstraint(constraint));
            return Some(());
        }
        self.eat(&["column"]);
        let if_not_exists = self.eat(&["if", "not", "exists"]);
        if self.is_mysql() && self.at_open() {
            let table = alter.table.clone();
            let actions = self.list(|reader| reader.add_in_list(&table));
            alter.actions.extend(actions);
            return Some(());
        }
        let column = self.column()?;
        alter.actions.push(TableAction::AddColumn { column, if_not_exists });
        Some(())
    }

    fn add_in_list(&mut self, table: &Name) -> Option<TableAction> {
        if self.is_table_index() {
            return self.table_index(table).map(TableAction::AddIndex);
        }
        if self.is_table_constraint() {
            return self.table_constraint().map(TableAction::AddConstraint);
        }
        self.column().map(|column| TableAction::AddColumn { column, if_not_exists: false })
    }

    fn drop_action(&mut self, alter: &mut AlterTable) -> Option<()> {
        let action = if self.at_all(&["primary", "key"]) {
            self.eat(&["primary", "key"]);
            TableAction::DropPrimaryKey
        } else if self.is_mysql() && self.at_all(&["foreign", "key"]) {
            self.eat(&["foreign", "key"]);
            let if_exists = self.eat(&["if", "exists"]);
            TableAction::DropForeignKey { name: self.ident()?, if_exists }
        } else if self.is_mysql() && self.at_any(&["index", "key"]) && !self.at_all(&["key", "block"]) {
            self.bump();
            let if_exists = self.eat(&["if", "exists"]);
            TableAction::DropIndex { name: self.ident()?, if_exists }
        } else if self.is_mysql() && self.at("check") && self.is_ident(1) {
            self.bump();
            TableAction::DropConstraint { name: self.ident()?, if_exists: false, cascade: false }
        } else if self.at("constraint") && (self.is_ident(1)) {
            self.bump();
            let if_exists = self.eat(&["if", "exists"]);
            let name = self.ident()?;
            TableAction::DropConstraint { name, if_exists, cascade: self.cascade() }
        } else if self.is_mysql() && self.at("partition") && self.is_ident(1) {
            return self.partitions(alter, "DROP PARTITION");
        } else if self.is_mysql()
            && (self.at_all(&["system", "versioning"]) || self.at_all(&["period", "for"]))
        {
            return self.option(alter, TableAction::Option("DROP SYSTEM VERSIONING".to_owned()));
        } else {
            if self.is_ident(1) || self.kind(1) == Some(TokenKind::String) {
                self.eat(&["column"]);
            }
            let if_exists = self.eat(&["if", "exists"]);
            let name = self.ident()?;
            TableAction::DropColumn { name, if_exists, cascade: self.cascade() }
        };
        alter.actions.push(action);
        Some(())
    }

    /// Whether CASCADE is written; RESTRICT is what happens without it.
    pub(super) fn cascade(&mut self) -> bool {
        let cascade = self.at("cascade");
        self.eat_any(&["cascade", "restrict"]);
        cascade
    }

    fn rename(&mut self, alter: &mut AlterTable) -> Option<()> {
        let action = if self.eat(&["constraint"]) {
            let (from, to) = self.renamed()?;
            TableAction::RenameConstraint { from, to }
        } else if self.is_mysql() && self.at_any(&["index", "key"]) {
            self.bump();
            self.eat(&["if", "exists"]);
            let (from, to) = self.renamed()?;
            TableAction::RenameIndex { from, to }
        } else if self.at("to") && self.is(1, "to") {
            let (from, to) = self.renamed()?;
            TableAction::RenameColumn { from, to }
        } else if self.eat_any(&["to", "as"])
            || self.eat_symbol("=")
            || (self.is_mysql() && !self.at("column"))
        {
            TableAction::RenameTo(self.name()?)
        } else {
            if !self.is(1, "to") || self.is(2, "to") {
                self.eat(&["column"]);
            }
            self.eat(&["if", "exists"]);
            let (from, to) = self.renamed()?;
            TableAction::RenameColumn { from, to }
        };
        alter.actions.push(action);
        Some(())
    }

    /// `a TO b`
    pub(super) fn renamed(&mut self) -> Option<(Ident, Ident)> {
        let from = self.ident()?;
        if !self.eat(&["to"]) {
            return None;
        }
        Some((from, self.ident()?))
    }

    fn alter_column(&mut self, alter: &mut AlterTable) -> Option<()> {
        if self.is_mysql() && self.at_any(&["index", "constraint", "check"]) && self.is_ident(1) {
            return self.option(alter, TableAction::Option("ALTER INDEX".to_owned()));
        }
        if self.is_postgres()
            && self.at("constraint")
            && self.is_ident(1)
            && !self.is_any(1, &["set", "type", "drop"])
        {
            return self.option(alter, TableAction::Option("ALTER CONSTRAINT".to_owned()));
        }
        if self.is_ident(1) && !self.is_any(1, &["set", "drop", "type"])
            || self.is_any(2, &["set", "drop", "type"])
        {
            self.eat(&["column"]);
        }
        self.eat(&["if", "exists"]);
        let column = self.ident()?;
        let action = if self.eat(&["set", "data", "type"]) || self.eat(&["type"]) {
            let type_name = self.type_name()?;
            if self.eat(&["collate"]) {
                self.name();
            }
            let using = if self.eat(&["using"]) { Some(self.expression()) } else { None };
            TableAction::SetType { column, type_name, using }
        } else if self.eat(&["set", "default"]) {
            TableAction::SetDefault { column, default: self.expression() }
        } else if self.eat(&["set", "expression"]) {
            self.eat(&["as"]);
            TableAction::SetExpression { column, expression: self.expression_in_group() }
        } else if self.eat(&["drop", "default"]) {
            TableAction::DropDefault { column }
        } else if self.eat(&["set", "not", "null"]) {
            TableAction::SetNotNull { column }
        } else if self.eat(&["drop", "not", "null"]) {
            TableAction::DropNotNull { column }
        } else if self.at_all(&["add", "generated"]) {
            self.bump();
            TableAction::SetIdentity { identity: self.identity(&column), column, if_exists: false }
        } else if self.eat(&["drop", "identity"]) {
            let if_exists = self.eat(&["if", "exists"]);
            TableAction::SetIdentity { column, identity: None, if_exists }
        } else if self.eat(&["drop", "expression"]) {
            let if_exists = self.eat(&["if", "exists"]);
            TableAction::DropExpression { column, if_exists }
        } else if self.at_all(&["set", "generated"]) {
            self.eat(&["set", "generated"]);
            let always = self.eat(&["always"]);
            self.eat(&["by", "default"]);
            self.skip_to_comma();
            let identity = if always { Generated::IdentityAlways } else { Generated::IdentityByDefault };
            TableAction::SetIdentity { column, identity: Some(identity), if_exists: false }
        } else if self.is_any(1, &["statistics", "storage", "compression", "visible", "invisible"])
            || (self.at_any(&["set", "reset"]) && self.kind(1) == Some(TokenKind::Open))
            || self.at_any(&["restart", "options"])
            || (self.at("set")
                && self.is_any(1, &["start", "increment", "cache", "cycle", "no", "maxvalue", "minvalue"]))
        {
            self.skip_to_comma();
            TableAction::ColumnOption { column }
        } else {
            return None;
        };
        alter.actions.push(action);
        Some(())
    }

    fn identity(&mut self, name: &Ident) -> Option<Generated> {
        let mut column = Column {
            name: name.clone(),
            type_name: None,
            not_null: false,
            null: false,
            default: None,
            generated: None,
            collation: None,
            auto_increment: false,
            on_update: None,
            position: None,
            constraints: Vec::new(),
            span: name.span,
        };
        self.column_clauses(&mut column, &mut Pending::default());
        column.generated
    }

    /// MySQL: MODIFY and CHANGE.
    fn change(&mut self, alter: &mut AlterTable) -> Option<()> {
        let change = self.at("change");
        self.bump();
        self.eat(&["column"]);
        let if_exists = self.eat(&["if", "exists"]);
        let from = if change { Some(self.ident()?) } else { None };
        let column = self.column()?;
        let from = from.unwrap_or_else(|| column.name.clone());
        alter.actions.push(TableAction::ChangeColumn { from, column, if_exists });
        Some(())
    }

    /// Takes everything up to the comma as said by the action.
    fn option(&mut self, alter: &mut AlterTable, action: TableAction) -> Option<()> {
        self.skip_to_comma();
        alter.actions.push(action);
        Some(())
    }

    /// What is done to partitions of MySQL, which nothing else follows.
    fn partitions(&mut self, alter: &mut AlterTable, what: &str) -> Option<()> {
        self.skip_rest();
        alter.actions.push(TableAction::Option(what.to_owned()));
        Some(())
    }

    fn other_action(&mut self, alter: &mut AlterTable) -> Option<()> {
        let action = if self.eat(&["set", "schema"]) {
            TableAction::SetSchema(self.ident()?)
        } else if self.eat(&["set", "tablespace"]) {
            let tablespace = self.ident()?;
            self.eat(&["nowait"]);
            TableAction::SetTablespace(tablespace)
        } else if self.eat(&["set", "access", "method"]) {
            TableAction::SetAccessMethod(self.ident()?)
        } else if self.eat(&["set", "logged"]) {
            TableAction::SetLogged(true)
        } else if self.eat(&["set", "unlogged"]) {
            TableAction::SetLogged(false)
        } else if self.eat(&["validate", "constraint"]) {
            TableAction::ValidateConstraint(self.ident()?)
        } else if self.eat(&["attach", "partition"]) {
            let partition = self.name()?;
            self.partition_bound_or_default();
            TableAction::AttachPartition { partition }
        } else if self.eat(&["detach", "partition"]) {
            let partition = self.name()?;
            let concurrently = self.eat(&["concurrently"]);
            self.eat(&["finalize"]);
            TableAction::DetachPartition { partition, concurrently }
        } else if self.eat(&["inherit"]) {
            TableAction::Inherit(self.name()?)
        } else if self.eat(&["no", "inherit"]) {
            TableAction::NoInherit(self.name()?)
        } else if self.is_row_security() {
            self.skip_to_comma();
            TableAction::RowSecurity
        } else if self.at_any(&["enable", "disable"]) {
            return self.enable(alter);
        } else if self.eat(&["replica", "identity"]) {
            self.skip_to_comma();
            TableAction::ReplicaIdentity
        } else if self.is_mysql() {
            return self.mysql_action(alter);
        } else if self.at_all(&["owner", "to"])
            || self.at_all(&["cluster", "on"])
            || self.at_all(&["set", "without"])
            || (self.at_any(&["set", "reset", "options"]) && self.kind(1) == Some(TokenKind::Open))
            || (self.at("of") && self.is_ident(1))
            || self.at_all(&["not", "of"])
        {
            return self.as_written(alter, TableAction::Option);
        } else {
            return None;
        };
        alter.actions.push(action);
        Some(())
    }

    fn is_row_security(&self) -> bool {
        let ahead = if self.at_all(&["no", "force"]) { 2 } else { 1 };
        self.at_any(&["enable", "disable", "force", "no"])
            && self.is(ahead, "row")
            && self.is(ahead + 1, "level")
            && self.is(ahead + 2, "security")
    }

    /// `ENABLE [ALWAYS | REPLICA] TRIGGER name`, and the same of rules and keys.
    fn enable(&mut self, alter: &mut AlterTable) -> Option<()> {
        let enable = self.at("enable");
        if self.is_any(1, &["keys", "rule"]) || self.is(2, "rule") {
            return self.as_written(alter, TableAction::Option);
        }
        self.bump();
        self.eat_any(&["always", "replica"]);
        if !self.eat(&["trigger"]) {
            return None;
        }
        let all = self.eat_any(&["all", "user"]);
        let name = if all { None } else { Some(self.ident()?) };
        alter.actions.push(TableAction::Trigger { name, enable });
        Some(())
    }

    fn as_written(
        &mut self,
        alter: &mut AlterTable,
        action: impl FnOnce(String) -> TableAction,
    ) -> Option<()> {
        let start = self.position();
        self.skip_to_comma();
        let text = self.text_from(start).to_owned();
        alter.actions.push(action(text));
        Some(())
    }

    fn mysql_action(&mut self, alter: &mut AlterTable) -> Option<()> {
        if self.at_all(&["convert", "to"]) || self.at("force") || self.at_all(&["remove", "partitioning"]) {
            return self.as_written(alter, TableAction::Rebuild);
        }
        if self.at_all(&["partition", "by"])
            || self.at_any(&[
                "truncate",
                "coalesce",
                "reorganize",
                "exchange",
                "rebuild",
                "optimize",
                "analyze",
                "check",
            ])
            || self.at_any(&["repair", "discard", "import"])
        {
            let start = self.position();
            self.skip_rest();
            let text = self.text_from(start).to_owned();
            alter.actions.push(TableAction::Rebuild(text));
            return Some(());
        }
        if self.at_all(&["order", "by"]) {
            let start = self.position();
            self.eat(&["order", "by"]);
            self.order_list();
            let text = self.text_from(start).to_owned();
            alter.actions.push(TableAction::Rebuild(text));
            return Some(());
        }
        if self.at_any(&["with", "without"]) && self.is(1, "validation") {
            return self.as_written(alter, TableAction::Option);
        }
        let start = self.position();
        let mut options = Vec::new();
        if !self.table_option(&mut options) {
            return None;
        }
        let text = self.text_from(start).to_owned();
        let rebuilds = options.iter().any(|(name, _)| {
            [
                "engine",
                "row_format",
                "key_block_size",
                "page_compressed",
                "encryption",
                "encrypted",
                "transactional",
            ]
            .contains(&name.as_str())
        });
        alter.actions.push(if rebuilds { TableAction::Rebuild(text) } else { TableAction::Option(text) });
        Some(())
    }
}

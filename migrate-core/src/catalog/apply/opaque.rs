//! What cannot be followed, and what it may have touched.

use super::Apply;
use crate::ast::Name;
use crate::catalog::key::{Class, Key};
use crate::catalog::model::Entity;
use crate::catalog::{Catalog, builtin, spelling};
use crate::migrations::Span;

/// Words without which a text changes no schema.
const DDL: &[&str] = &["create", "alter", "drop", "rename", "import", "set_config", "search_path"];
/// Words by which a text runs other text.
const DYNAMIC: &[&str] =
    &["execute", "prepare", "dblink", "dblink_exec", "immediate", "query_to_xml", "call"];

/// What a text may do to the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Nothing.
    Nothing,
    /// It changes objects that it names.
    Named,
    /// It changes objects that it names, or creates some.
    Creates,
    /// Anything.
    Anything,
}

impl Catalog {
    pub(in crate::catalog) fn taint_everything(&mut self) {
        let now = self.clock;
        self.taint.everything(now);
    }
}

impl Apply<'_> {
    /// A DO block, a CALL, or a statement that was not read.
    pub(super) fn opaque_statement(&mut self) {
        self.opaque_text(self.span);
    }

    /// Something is created that is not kept: it takes a name, and nothing else is changed.
    pub(super) fn opaque_creation(&mut self) {
        self.catalog.taint.objects_appear();
    }

    pub(super) fn opaque_text(&mut self, span: Span) {
        let text = span.of(self.text);
        let words = spelling::words(text, self.catalog.dialect);
        if span == self.span && words.first().is_some_and(|word| word == "call") && self.call_exactly() {
            return;
        }
        // CALL names a routine whose text says more.
        let called: Vec<String> = words.clone();
        let first = words.first().map_or("", String::as_str);
        // What is prepared does something when it is executed, and not before.
        if span == self.span && matches!(first, "prepare" | "deallocate") {
            return;
        }
        let reach = match first {
            "call" | "execute" => Reach::Nothing,
            _ => reach(&words),
        };
        self.reach(reach, &words);
        if matches!(first, "call" | "execute" | "exec") && !self.known_routine(&words) {
            self.catalog.taint_everything();
        }
        self.routines_among(&called, 0);
    }

    fn known_routine(&self, words: &[String]) -> bool {
        words.iter().skip(1).any(|word| !self.routines_named(word).is_empty())
    }

    fn reach(&mut self, reach: Reach, words: &[String]) {
        match reach {
            Reach::Nothing => {}
            Reach::Anything => self.catalog.taint_everything(),
            Reach::Named | Reach::Creates => {
                if reach == Reach::Creates {
                    self.catalog.taint.objects_appear();
                }
                let keys: Vec<Key> = words.iter().flat_map(|word| self.named(word)).collect();
                for key in keys {
                    self.taint(&key);
                }
            }
        }
    }

    /// All objects that a word may name.
    fn named(&self, word: &str) -> Vec<Key> {
        let schemas: Vec<String> =
            self.catalog.store.in_schema(Class::Schema, "").map(|(key, _)| key.name.to_string()).collect();
        let schemas = schemas.iter().map(String::as_str).chain(["", "main"]);
        let mut keys = Vec::new();
        for schema in schemas {
            for class in [Class::Relation, Class::Type] {
                let folded = self.rules().fold_relation(word);
                let key = Key::new(class, schema, &folded);
                if self.catalog.get(&key).is_some() {
                    keys.push(key);
                }
            }
            if let Some(home) = self.catalog.store.home(schema, &self.rules().columns.fold(word)) {
                keys.push(home.clone());
            }
        }
        keys
    }

    fn routines_named(&self, word: &str) -> Vec<Key> {
        let prefix = format!("{}(", self.rules().columns.fold(word));
        let schemas: Vec<String> =
            self.catalog.store.in_schema(Class::Schema, "").map(|(key, _)| key.name.to_string()).collect();
        schemas
            .iter()
            .map(String::as_str)
            .chain([""])
            .flat_map(|schema| self.catalog.store.with_prefix(Class::Routine, schema, &prefix))
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// The routines that the words may call.
    fn routines_among(&mut self, words: &[String], depth: u32) {
        if depth > 8 {
            self.catalog.taint_everything();
            return;
        }
        for word in words {
            for key in self.routines_named(word) {
                self.call(&key, depth);
            }
        }
    }

    fn call(&mut self, key: &Key, depth: u32) {
        let Some(Entity::Routine(routine)) = self.catalog.get(key) else { return };
        let readable = matches!(routine.language.as_deref(), None | Some("sql" | "plpgsql"));
        match (&routine.body, readable) {
            (Some(body), true) => {
                let mut words = spelling::words(body, self.catalog.dialect);
                let name = routine.name.clone();
                // What it runs is made of its own text and of what it is called with.
                let reach = match reach(&words) {
                    Reach::Anything if confined(body, self.catalog.dialect) => {
                        let arguments = self.span.of(self.text);
                        words.extend(spelling::words(arguments, self.catalog.dialect));
                        direct(&words)
                    }
                    reach => reach,
                };
                self.reach(reach, &words);
                if reach != Reach::Anything {
                    words.retain(|word| !DYNAMIC.contains(&word.as_str()));
                }
                let others: Vec<String> =
                    words.into_iter().filter(|word| !word.eq_ignore_ascii_case(&name)).collect();
                self.routines_among(&others, depth + 1);
            }
            // Code in other languages only changes a schema when it runs SQL.
            (_, false) if matches!(routine.language.as_deref(), Some("c" | "internal")) => {}
            _ => self.catalog.taint_everything(),
        }
    }

    /// What the functions called in a query may do.
    pub(super) fn calls(&mut self, called: &[Name]) {
        for name in called {
            let word = name.last.text.as_str();
            let routines = self.catalog.find_routines(name);
            if !routines.is_empty() {
                for key in routines {
                    self.call(&key, 0);
                }
            } else if builtin::acts(word) {
                if word == "set_config" {
                    self.set_config();
                } else {
                    self.catalog.taint_everything();
                }
            } else if self.catalog.taint.strangers_act()
                && name.qualifiers.last().is_some_and(|it| it.text != "pg_catalog")
            {
                // A function of an extension, as they are called: `cron.schedule`, `partman.create_parent`.
                self.catalog.taint_everything();
            } else if self.catalog.taint.strangers_act() && is_acting_name(word) {
                self.catalog.taint_everything();
            }
        }
    }

    /// `set_config('search_path', '', false)`, as dumps begin.
    fn set_config(&mut self) {
        let text = self.span.of(self.text);
        let strings: Vec<&str> = crate::syntax::Lexer::new(text, self.catalog.dialect)
            .filter(|token| token.kind == crate::syntax::TokenKind::String)
            .map(|token| spelling::string_body(token.text(text)))
            .collect();
        if strings.iter().any(|text| text.eq_ignore_ascii_case("check_function_bodies")) {
            self.catalog.session.function_bodies = false;
        }
        if let Some(at) = strings.iter().position(|text| text.eq_ignore_ascii_case("search_path")) {
            match strings.get(at + 1) {
                Some(value) => {
                    let value = (*value).to_owned();
                    self.set_path(&value, false);
                }
                None => self.catalog.session.path = None,
            }
        }
    }
}

/// Verbs with which functions that create or change objects begin.
fn is_acting_name(word: &str) -> bool {
    [
        "create_",
        "add",
        "drop",
        "alter",
        "set_",
        "attach_",
        "detach_",
        "enable_",
        "convert_",
        "populate_",
        "update",
        "run_",
        "partition",
    ]
    .iter()
    .any(|verb| word.starts_with(verb))
}

fn reach(words: &[String]) -> Reach {
    if words.iter().any(|word| DYNAMIC.contains(&word.as_str())) {
        return Reach::Anything;
    }
    direct(words)
}

/// What text does that runs no other text.
fn direct(words: &[String]) -> Reach {
    // `SELECT INTO` of plpgsql and INSERT INTO are no DDL.
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if any(&["create", "rename", "import", "set_config", "search_path"]) {
        Reach::Creates
    } else if any(DDL) {
        Reach::Named
    } else {
        Reach::Nothing
    }
}

/// Whether all text that a body of MySQL prepares is a CONCAT of strings and of parameters of the routine: plain
/// words, when the body declares no variables and reads none from tables.
fn confined(body: &str, dialect: crate::dialect::Dialect) -> bool {
    use crate::syntax::{Lexer, TokenKind};
    let tokens: Vec<_> = Lexer::new(body, dialect).significant().collect();
    let word = |at: usize, keyword: &str| tokens.get(at).is_some_and(|token| token.is(body, keyword));
    let kind = |at: usize| tokens.get(at).map(|token| token.kind);
    let mut prepares = 0;
    for at in 0..tokens.len() {
        if ["declare", "into", "fetch", "cursor", "immediate", "call", "load"].iter().any(|it| word(at, it)) {
            return false;
        }
        if word(at, "prepare") && !(at > 0 && word(at - 1, "deallocate")) {
            prepares += 1;
            if !word(at + 2, "from") || kind(at + 3) != Some(TokenKind::Variable) {
                return false;
            }
        }
        if word(at, "set") {
            let concat = kind(at + 1) == Some(TokenKind::Variable)
                && word(at + 3, "concat")
                && kind(at + 4) == Some(TokenKind::Open);
            let plain =
                tokens.iter().skip(at + 5).take_while(|token| token.kind != TokenKind::Close).all(|token| {
                    matches!(token.kind, TokenKind::String | TokenKind::Word | TokenKind::Comma)
                });
            if !concat || !plain {
                return false;
            }
        }
    }
    prepares > 0
}

#[cfg(test)]
mod tests {
    use super::confined;
    use crate::dialect::Dialect;

    #[test]
    fn text_of_parameters_and_strings_is_confined_and_other_text_is_not() {
        let body = "BEGIN SET @q = CONCAT('ALTER TABLE ', t, ' DROP INDEX ', i); PREPARE s FROM @q; \
                    EXECUTE s; DEALLOCATE PREPARE s; END";
        assert!(confined(body, Dialect::MySql));
        assert!(!confined("BEGIN SET @q = f(t); PREPARE s FROM @q; EXECUTE s; END", Dialect::MySql));
        assert!(!confined(
            "BEGIN SELECT x INTO t FROM y; SET @q = CONCAT('DROP TABLE ', t); PREPARE s FROM @q; EXECUTE s; END",
            Dialect::MySql
        ));
    }
}

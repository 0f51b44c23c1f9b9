//! Expressions in one form, so that what a file says can be compared with what a server says of it. Servers add
//! parentheses and casts, turn `IN` into `= ANY`, quote what needs no quotes, and change the case of words.
//!
//! Two expressions that differ in nothing but casts are held to be the same: servers add casts which depend on
//! types that the text does not show. What is not understood is compared token by token.

use crate::dialect::Dialect;
use crate::syntax::{Lexer, TokenKind};

/// Deeper expressions are compared token by token.
const DEPTH: u32 = 48;

/// An expression as text in which equal things look the same.
#[must_use]
pub fn normalized_expression(dialect: Dialect, text: &str) -> String {
    let tokens = tokens(dialect, text);
    let mut parser = Parser { dialect, tokens: &tokens, at: 0, depth: 0 };
    match parser.expression(0) {
        Some(term) if parser.at == tokens.len() => term.text(),
        _ => tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" "),
    }
}

/// A default of a column of a type. `None`: it is NULL, which is what a column has without one.
#[must_use]
pub fn normalized_default(dialect: Dialect, type_name: Option<&str>, text: &str) -> Option<String> {
    let text = normalized_expression(dialect, text);
    let string = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    if text == "null" {
        return None;
    }
    let type_name = type_name.unwrap_or("").to_ascii_lowercase();
    if dialect == Dialect::Postgres && type_name == "boolean" {
        return Some(match string.unwrap_or(&text).to_ascii_lowercase().as_str() {
            "t" | "true" | "y" | "yes" | "on" | "1" => "true".to_owned(),
            "f" | "false" | "n" | "no" | "off" | "0" => "false".to_owned(),
            _ => text,
        });
    }
    if dialect == Dialect::Postgres
        && type_name.starts_with("timestamp")
        && let Some(moment) = string
    {
        return Some(format!("'{}'", moment_of(moment)));
    }
    Some(match (string, text.as_str(), dialect) {
        // A number in quotes is the number, or the text, whichever the type is.
        (Some(string), ..) if is_number(string) => string.to_owned(),
        (None, "true", Dialect::MySql | Dialect::MariaDb) => "1".to_owned(),
        (None, "false", Dialect::MySql | Dialect::MariaDb) => "0".to_owned(),
        _ => text,
    })
}

/// A moment as the server shows it to a session in UTC.
fn moment_of(text: &str) -> String {
    let text = if text == "epoch" { "1970-01-01" } else { text };
    let text = text.strip_suffix("+00").or(text.strip_suffix('Z')).unwrap_or(text);
    let date = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if date { format!("{text} 00:00:00") } else { text.replacen('T', " ", 1) }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[derive(Clone, Debug)]
struct Word {
    kind: TokenKind,
    text: String,
}

fn tokens(dialect: Dialect, text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for token in Lexer::new(text, dialect).significant() {
        let source = token.text(text);
        let (kind, text) = match token.kind {
            TokenKind::Word => (TokenKind::Word, source.to_ascii_lowercase()),
            TokenKind::QuotedIdent => (TokenKind::QuotedIdent, identifier(dialect, source)),
            TokenKind::String => {
                // A character set in front of a string, as MySQL shows it.
                if words
                    .last()
                    .is_some_and(|word| word.kind == TokenKind::Word && word.text.starts_with("_utf8"))
                {
                    words.pop();
                }
                (TokenKind::String, string(source))
            }
            kind => (kind, source.to_owned()),
        };
        words.push(Word { kind, text });
    }
    words
}

/// Without the quotes, where it means the same without them.
fn identifier(dialect: Dialect, source: &str) -> String {
    let quote = source.chars().next().unwrap_or('"');
    let closing = if quote == '[' { ']' } else { quote };
    let inner = source.strip_prefix(quote).and_then(|rest| rest.strip_suffix(closing)).unwrap_or(source);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '$';
    if dialect != Dialect::Postgres {
        return inner.to_lowercase();
    }
    if !inner.is_empty() && inner.chars().all(plain) && !inner.starts_with(|c: char| c.is_ascii_digit()) {
        inner.to_owned()
    } else {
        format!("\"{inner}\"")
    }
}

/// In plain quotes.
fn string(source: &str) -> String {
    if source.starts_with('$') {
        return format!("'{}'", super::spelling::string_body(source).replace('\'', "''"));
    }
    let escaped = source.starts_with(['e', 'E']);
    let body = super::spelling::string_body(source);
    let body = if source.starts_with('"') { body.replace("\"\"", "\"") } else { body.to_owned() };
    if escaped {
        format!("'{}'", body.replace("\\\\", "\\").replace("\\'", "''"))
    } else {
        format!("'{body}'")
    }
}

/// A part of an expression.
enum Term {
    /// Anything.
    Text(String),
    /// Joined by AND or OR.
    Joined(&'static str, Vec<Term>),
    /// The elements of an array or of a list in parentheses.
    List(Vec<String>),
}

impl Term {
    fn text(self) -> String {
        match self {
            Term::Text(text) => text,
            Term::Joined(word, terms) => {
                let terms: Vec<String> = terms.into_iter().map(Term::text).collect();
                format!("({})", terms.join(&format!(" {word} ")))
            }
            Term::List(elements) => format!("[{}]", elements.join(", ")),
        }
    }

    fn join(word: &'static str, left: Term, right: Term) -> Term {
        let mut all = Vec::new();
        for term in [left, right] {
            match term {
                Term::Joined(other, terms) if other == word => all.extend(terms),
                term => all.push(term),
            }
        }
        Term::Joined(word, all)
    }
}

/// How strongly operators bind, weakest first.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const IS: u8 = 4;
const COMPARE: u8 = 5;
const LIKE: u8 = 6;
const OTHER: u8 = 7;
const PLUS: u8 = 8;
const TIMES: u8 = 9;
const POWER: u8 = 10;
const ZONE: u8 = 11;
const SIGN: u8 = 12;
const CAST: u8 = 13;

struct Parser<'w> {
    dialect: Dialect,
    tokens: &'w [Word],
    at: usize,
    depth: u32,
}

impl Parser<'_> {
    fn peek(&self, ahead: usize) -> Option<&Word> {
        self.tokens.get(self.at + ahead)
    }

    fn is(&self, ahead: usize, text: &str) -> bool {
        self.peek(ahead).is_some_and(|word| {
            word.text == text && !matches!(word.kind, TokenKind::String | TokenKind::QuotedIdent)
        })
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.is(0, text);
        self.at += usize::from(found);
        found
    }

    fn take_all(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(ahead, word)| self.is(ahead, word));
        self.at += if found { words.len() } else { 0 };
        found
    }

    fn expression(&mut self, least: u8) -> Option<Term> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let mut left = self.prefix()?;
        while let Some(next) = self.infix(least) {
            left = self.joined(left, next)?;
        }
        self.depth -= 1;
        Some(left)
    }

    /// How strongly the operator that comes next binds, when it does so more than `least`.
    fn infix(&self, least: u8) -> Option<u8> {
        let word = self.peek(0)?;
        let text = word.text.as_str();
        let binds = match word.kind {
            TokenKind::Word => match text {
                "or" => OR,
                "and" => AND,
                "is" | "isnull" | "notnull" => IS,
                "between" | "in" | "like" | "ilike" | "similar" | "regexp" | "rlike" | "glob" => LIKE,
                "not"
                    if ["between", "in", "like", "ilike", "similar", "regexp", "rlike", "glob"]
                        .iter()
                        .any(|it| self.is(1, it)) =>
                {
                    LIKE
                }
                "at" if self.is(1, "time") => ZONE,
                "collate" => CAST,
                "div" | "mod" => TIMES,
                _ => return None,
            },
            TokenKind::Operator => match text {
                "=" | "<" | ">" | "<=" | ">=" | "<>" | "!=" | "==" | "<=>" => COMPARE,
                "+" | "-" => PLUS,
                "*" | "/" | "%" => TIMES,
                "^" => POWER,
                "::" | "[" => CAST,
                "." | ":" | "]" => return None,
                _ => OTHER,
            },
            _ => return None,
        };
        (binds > least).then_some(binds)
    }

    fn joined(&mut self, left: Term, binds: u8) -> Option<Term> {
        let word = self.peek(0)?.text.clone();
        match binds {
            OR | AND => {
                self.at += 1;
                let right = self.expression(binds)?;
                Some(Term::join(if binds == OR { "or" } else { "and" }, left, right))
            }
            IS => self.test(left),
            LIKE => self.membership(left),
            ZONE => {
                if !self.take_all(&["at", "time", "zone"]) {
                    return None;
                }
                let zone = self.expression(ZONE)?.text();
                Some(Term::Text(format!("timezone({zone}, {})", left.text())))
            }
            CAST => self.suffix(left),
            _ => {
                self.at += 1;
                let word = match word.as_str() {
                    "!=" => "<>".to_owned(),
                    "==" => "=".to_owned(),
                    _ => word,
                };
                let any = ["any", "some", "all"].iter().any(|it| self.is(0, it)) && self.is(1, "(");
                if !any {
                    let right = self.expression(binds)?;
                    return Some(Term::Text(format!("({} {word} {})", left.text(), right.text())));
                }
                let all = self.is(0, "all");
                self.at += 2;
                let right = self.expression(0)?;
                if !self.take(")") {
                    return None;
                }
                Some(match (right, word.as_str(), all) {
                    (Term::List(elements), "=", false) => among(left, elements, false),
                    (Term::List(elements), "<>", true) => among(left, elements, true),
                    (right, ..) => {
                        let quantifier = if all { "all" } else { "any" };
                        Term::Text(format!("({} {word} {quantifier}({}))", left.text(), right.text()))
                    }
                })
            }
        }
    }

    /// IS NULL and the like.
    fn test(&mut self, left: Term) -> Option<Term> {
        let left = left.text();
        if self.take("isnull") {
            return Some(Term::Text(format!("({left} is null)")));
        }
        if self.take("notnull") {
            return Some(Term::Text(format!("({left} is not null)")));
        }
        self.at += 1;
        let not = if self.take("not") { "not " } else { "" };
        if self.take_all(&["distinct", "from"]) {
            let right = self.expression(IS)?.text();
            return Some(Term::Text(format!("({left} is {not}distinct from {right})")));
        }
        let right = self.expression(IS)?.text();
        Some(Term::Text(format!("({left} is {not}{right})")))
    }

    /// BETWEEN, IN and LIKE.
    fn membership(&mut self, left: Term) -> Option<Term> {
        let not = self.take("not");
        let word = self.peek(0)?.text.clone();
        self.at += 1;
        match word.as_str() {
            "between" => {
                let left = left.text();
                self.take("symmetric");
                let low = self.expression(LIKE)?.text();
                if !self.take("and") {
                    return None;
                }
                let high = self.expression(LIKE)?.text();
                let (join, below, above) = if not { ("or", "<", ">") } else { ("and", ">=", "<=") };
                Some(Term::join(
                    join,
                    Term::Text(format!("({left} {below} {low})")),
                    Term::Text(format!("({left} {above} {high})")),
                ))
            }
            "in" => {
                if !self.take("(") {
                    return None;
                }
                let elements = self.list(")")?;
                Some(among(left, elements, not))
            }
            _ => {
                if word == "similar" && !self.take("to") {
                    return None;
                }
                let operator = match (self.dialect, word.as_str()) {
                    (Dialect::Postgres, "like") => "~~",
                    (Dialect::Postgres, "ilike") => "~~*",
                    (_, "rlike") => "regexp",
                    (_, word) => word,
                };
                let not = match (self.dialect, not) {
                    (Dialect::Postgres, true) => "!",
                    (_, true) => "not ",
                    _ => "",
                };
                let right = self.expression(LIKE)?.text();
                let escape = if self.take("escape") {
                    format!(" escape {}", self.expression(LIKE)?.text())
                } else {
                    String::new()
                };
                Some(Term::Text(format!("({} {not}{operator} {right}{escape})", left.text())))
            }
        }
    }

    /// A cast, a collation, an element of an array.
    fn suffix(&mut self, left: Term) -> Option<Term> {
        if self.take("::") {
            self.type_name()?;
            return Some(unquoted_number(left));
        }
        if self.take("collate") {
            let collation = self.name()?;
            return Some(Term::Text(format!("({} collate {collation})", left.text())));
        }
        self.at += 1;
        let index = self.list("]")?;
        Some(Term::Text(format!("{}[{}]", left.text(), index.join(", "))))
    }

    fn type_name(&mut self) -> Option<()> {
        self.name()?;
        const MORE: &[&str] =
            &["varying", "precision", "with", "without", "time", "zone", "unsigned", "signed"];
        loop {
            if self
                .peek(0)
                .is_some_and(|word| word.kind == TokenKind::Word && MORE.contains(&word.text.as_str()))
            {
                self.at += 1;
            } else if self.take("(") {
                self.list(")")?;
            } else if self.is(0, "[") {
                self.at += 1;
                self.list("]")?;
            } else {
                return Some(());
            }
        }
    }

    /// A name without the schemas that need not be written.
    fn name(&mut self) -> Option<String> {
        let mut parts = Vec::new();
        loop {
            let word = self.peek(0)?;
            if !matches!(word.kind, TokenKind::Word | TokenKind::QuotedIdent) && word.text != "*" {
                return None;
            }
            parts.push(word.text.clone());
            self.at += 1;
            if !self.take(".") {
                break;
            }
        }
        if parts.len() > 1 && matches!(parts[0].as_str(), "public" | "pg_catalog") {
            parts.remove(0);
        }
        Some(parts.join("."))
    }

    /// Expressions up to what closes the list.
    fn list(&mut self, close: &str) -> Option<Vec<String>> {
        let mut elements = Vec::new();
        while !self.take(close) {
            let mut element = self.expression(0)?.text();
            // `extract(year from x)`, `cast(x as text)`, `trim(both from x)`.
            while self.peek(0).is_some_and(|word| {
                matches!(word.text.as_str(), "from" | "for" | "using" | "separator" | "order" | "by")
            }) {
                let word = self.peek(0)?.text.clone();
                self.at += 1;
                let more = self.expression(0)?.text();
                element = format!("{element} {word} {more}");
            }
            if self.take("as") {
                self.type_name()?;
            }
            elements.push(element);
            if !self.take(",") && !self.is(0, close) {
                return None;
            }
        }
        Some(elements)
    }

    fn prefix(&mut self) -> Option<Term> {
        let word = self.peek(0)?.clone();
        let text = match (word.kind, word.text.as_str()) {
            (TokenKind::String, _) => {
                self.at += 1;
                word.text
            }
            (TokenKind::Number, _) => {
                self.at += 1;
                word.text
            }
            (TokenKind::Open, _) => {
                self.at += 1;
                let first = self.expression(0)?;
                if self.take(")") {
                    return Some(first);
                }
                if !self.take(",") {
                    return None;
                }
                let mut elements = vec![first.text()];
                elements.extend(self.list(")")?);
                format!("row({})", elements.join(", "))
            }
            (TokenKind::Operator, "-" | "+") => {
                self.at += 1;
                let term = unquoted_number(self.expression(SIGN)?).text();
                if word.text == "+" {
                    term
                } else if is_number(&term) && !term.starts_with('-') {
                    format!("-{term}")
                } else {
                    format!("(-{term})")
                }
            }
            (TokenKind::Operator, "*") => {
                self.at += 1;
                word.text
            }
            (TokenKind::Operator, "~" | "!" | "@" | "#") => {
                self.at += 1;
                format!("({} {})", word.text, self.expression(OTHER)?.text())
            }
            (TokenKind::Word, "not") => {
                self.at += 1;
                format!("(not {})", self.expression(NOT)?.text())
            }
            (TokenKind::Word, "select" | "exists" | "with") => return None,
            (TokenKind::Word, "case") => return self.case(),
            (TokenKind::Word, "array") if self.is(1, "[") => {
                self.at += 2;
                return Some(Term::List(self.list("]")?));
            }
            (TokenKind::Word, "row") if self.is(1, "(") => {
                self.at += 2;
                format!("row({})", self.list(")")?.join(", "))
            }
            (TokenKind::Word, "cast") if self.is(1, "(") => {
                self.at += 2;
                let mut list = self.list(")")?;
                return Some(unquoted_number(Term::Text(list.pop()?)));
            }
            // `interval '1 day'` is a string with a cast.
            (TokenKind::Word, _) if self.peek(1).is_some_and(|next| next.kind == TokenKind::String) => {
                self.at += 2;
                return Some(Term::Text(self.tokens.get(self.at - 1)?.text.clone()));
            }
            (TokenKind::Word | TokenKind::QuotedIdent, _) => return self.named(),
            (TokenKind::Variable | TokenKind::Param, _) => {
                self.at += 1;
                word.text
            }
            _ => return None,
        };
        Some(Term::Text(text))
    }

    /// A column, a word, or a call.
    fn named(&mut self) -> Option<Term> {
        let name = self.name()?;
        if !self.take("(") {
            return Some(Term::Text(self.word(name, None)));
        }
        self.take("distinct");
        let arguments = self.list(")")?;
        if name == "nextval" {
            let argument = arguments.join(", ");
            // Whether a server shows the schema depends on the session.
            let sequence = argument.trim_matches('\'').rsplit('.').next().unwrap_or("").replace('"', "");
            return Some(Term::Text(format!("nextval({sequence})")));
        }
        Some(Term::Text(self.word(name, Some(arguments))))
    }

    /// Names under which a server knows functions of MySQL.
    fn word(&self, name: String, arguments: Option<Vec<String>>) -> String {
        let mysql = matches!(self.dialect, Dialect::MySql | Dialect::MariaDb);
        let name = match name.as_str() {
            "now" | "localtime" | "localtimestamp" if mysql => "current_timestamp".to_owned(),
            "curdate" if mysql => "current_date".to_owned(),
            "curtime" if mysql => "current_time".to_owned(),
            "lcase" if mysql => "lower".to_owned(),
            "ucase" if mysql => "upper".to_owned(),
            "substr" if mysql => "substring".to_owned(),
            _ => name,
        };
        match arguments {
            None => name,
            Some(arguments) if arguments.is_empty() && mysql && name.starts_with("current_") => name,
            Some(arguments) => format!("{name}({})", arguments.join(", ")),
        }
    }

    fn case(&mut self) -> Option<Term> {
        self.at += 1;
        let mut text = "case".to_owned();
        if !self.is(0, "when") {
            text.push_str(&format!(" {}", self.expression(0)?.text()));
        }
        while self.take("when") {
            let condition = self.expression(0)?.text();
            if !self.take("then") {
                return None;
            }
            let result = self.expression(0)?.text();
            text.push_str(&format!(" when {condition} then {result}"));
        }
        if self.take("else") {
            // Without one it is NULL, and servers write that down.
            let other = self.expression(0)?.text();
            if other != "null" {
                text.push_str(&format!(" else {other}"));
            }
        }
        self.take("end").then(|| Term::Text(format!("{text} end")))
    }
}

/// `x IN (…)`, as which servers show one element is `=`.
fn among(left: Term, elements: Vec<String>, not: bool) -> Term {
    let left = left.text();
    Term::Text(match (elements.as_slice(), not) {
        ([only], false) => format!("({left} = {only})"),
        ([only], true) => format!("({left} <> {only})"),
        (_, false) => format!("({left} in {})", elements.join(", ")),
        (_, true) => format!("({left} not in {})", elements.join(", ")),
    })
}

/// `'-1'::integer` is a number.
fn unquoted_number(term: Term) -> Term {
    match term {
        Term::Text(text) => {
            let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
            match inner {
                Some(inner) if is_number(inner) => Term::Text(inner.to_owned()),
                _ => Term::Text(text),
            }
        }
        term => term,
    }
}

#[cfg(test)]
mod tests {
    use super::{normalized_default, normalized_expression};
    use crate::dialect::Dialect;

    #[track_caller]
    fn same(dialect: Dialect, file: &str, server: &str) {
        assert_eq!(normalized_expression(dialect, file), normalized_expression(dialect, server), "{file}");
    }

    #[test]
    fn what_postgres_adds_to_an_expression_does_not_count() {
        for (file, server) in [
            (
                "length(name) > 0 and a between 1 and 2",
                "((length((name)::text) > 0) AND ((a >= 1) AND (a <= 2)))",
            ),
            (
                "state IN ('a','b')",
                "((state)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            ),
            ("x not in (1, 2)", "(x <> ALL (ARRAY[1, 2]))"),
            ("a::date = date '2020-01-01'", "((a)::date = '2020-01-01'::date)"),
            ("name like 'a%' or not (b is null)", "((name ~~ 'a%'::text) OR (NOT (b IS NULL)))"),
            ("COALESCE(a, 'x') <> E'\\\\'", "(COALESCE(a, 'x'::text) <> '\\'::text)"),
            ("case when a then 1 end = -1", "(CASE WHEN a THEN 1 ELSE NULL::integer END = '-1'::integer)"),
            ("created at time zone 'utc'", "(created AT TIME ZONE 'utc'::text)"),
            ("nextval('t_id_seq')", "nextval('public.t_id_seq'::regclass)"),
        ] {
            same(Dialect::Postgres, file, server);
        }
    }

    #[test]
    fn what_mariadb_adds_to_an_expression_does_not_count() {
        same(Dialect::MariaDb, "A > 0 AND b IN ('x', 'y')", "`a` > 0 and `b` in ('x','y')");
        same(Dialect::MariaDb, "CURRENT_TIMESTAMP", "current_timestamp()");
        same(Dialect::MariaDb, "NOW(6)", "current_timestamp(6)");
    }

    #[test]
    fn different_expressions_stay_different() {
        for (one, other) in [
            ("a > 1", "a > 2"),
            ("a and b or c", "a and (b or c)"),
            ("a - (b - c)", "a - b - c"),
            ("x in (1, 2)", "x not in (1, 2)"),
            ("now()", "current_timestamp"),
            ("\"A\" = 1", "a = 1"),
            ("'a'", "'A'"),
        ] {
            let normal = |text| normalized_expression(Dialect::Postgres, text);
            assert_ne!(normal(one), normal(other), "{one} and {other}");
        }
    }

    #[test]
    fn a_default_depends_on_the_type() {
        let default = |type_name, text| normalized_default(Dialect::Postgres, Some(type_name), text);
        assert_eq!(default("boolean", "'t'").as_deref(), Some("true"));
        assert_eq!(default("text", "'t'").as_deref(), Some("'t'"));
        assert_eq!(default("integer", "'-1'::integer"), default("integer", "-1"));
        assert_eq!(default("character varying(10)", "NULL::character varying"), None);
    }

    #[test]
    fn what_nests_too_deeply_is_compared_token_by_token() {
        let deep = format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(normalized_expression(Dialect::Postgres, &deep).starts_with("( ("));
    }
}

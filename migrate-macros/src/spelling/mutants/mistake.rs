//! Mistakes, made by small pseudo-random numbers that are the same in every run.

use std::collections::HashSet;
use std::ops::Range;

use migrate_core::Dialect;
use migrate_core::syntax::{Lexer, Token, TokenKind};

use super::history::{History, Text, line, range, statements};

/// What kind of mistake somebody made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Keyword,
    Table,
    Column,
    Punctuation,
    Duplicate,
    Dropped,
    Order,
    OtherColumn,
    Type,
    Quote,
}

impl Class {
    pub(super) const ALL: [Class; 10] = [
        Class::Keyword,
        Class::Table,
        Class::Column,
        Class::Punctuation,
        Class::Duplicate,
        Class::Dropped,
        Class::Order,
        Class::OtherColumn,
        Class::Type,
        Class::Quote,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Class::Keyword => "keyword misspelled",
            Class::Table => "unknown table",
            Class::Column => "unknown column",
            Class::Punctuation => "no comma or parenthesis",
            Class::Duplicate => "duplicate object",
            Class::Dropped => "dropped dependency",
            Class::Order => "files in wrong order",
            Class::OtherColumn => "column of another table",
            Class::Type => "wrong type name",
            Class::Quote => "missing quote",
        }
    }
}

/// A history with one mistake.
#[derive(Clone, Debug)]
pub(super) struct Mutant {
    pub(super) class: Class,
    /// The name of the history, and its dialect.
    pub(super) history: String,
    pub(super) dialect: Dialect,
    pub(super) texts: Vec<Text>,
    /// The mistake in words.
    pub(super) what: String,
    /// Where it was made.
    pub(super) touched: Vec<(String, usize)>,
}

/// Words of all dialects that begin or join clauses.
const KEYWORDS: &[&str] = &[
    "add",
    "alter",
    "always",
    "and",
    "as",
    "atomic",
    "begin",
    "between",
    "by",
    "cascade",
    "change",
    "check",
    "collate",
    "column",
    "comment",
    "conflict",
    "constraint",
    "create",
    "cross",
    "default",
    "delete",
    "delimiter",
    "desc",
    "distinct",
    "do",
    "domain",
    "drop",
    "each",
    "end",
    "enum",
    "execute",
    "exists",
    "for",
    "foreign",
    "from",
    "function",
    "generated",
    "grant",
    "group",
    "having",
    "if",
    "in",
    "index",
    "inner",
    "insert",
    "into",
    "is",
    "join",
    "key",
    "language",
    "left",
    "like",
    "modify",
    "not",
    "null",
    "on",
    "or",
    "order",
    "partition",
    "policy",
    "primary",
    "procedure",
    "references",
    "rename",
    "replace",
    "returns",
    "revoke",
    "row",
    "rowid",
    "schema",
    "select",
    "sequence",
    "set",
    "stored",
    "strict",
    "table",
    "then",
    "to",
    "trigger",
    "type",
    "union",
    "unique",
    "update",
    "using",
    "values",
    "view",
    "when",
    "where",
    "with",
    "without",
];

/// Types of other databases.
const FOREIGN_TYPES: &[(Dialect, &[&str])] = &[
    (
        Dialect::Postgres,
        &[
            "datetime",
            "tinyint",
            "nvarchar(40)",
            "double",
            "string",
            "blob",
            "number(10)",
            "mediumtext",
            "int64",
            "clob",
        ],
    ),
    (
        Dialect::MariaDb,
        &[
            "timestamptz",
            "bytea",
            "jsonb",
            "money",
            "string",
            "int64",
            "tsvector",
            "citext",
            "uniqueidentifier",
            "bigserial",
        ],
    ),
    (Dialect::Sqlite, &["VARCHAR(10)", "DATETIME", "BOOLEAN", "UUID", "STRING", "JSONB", "TIMESTAMP"]),
];

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    fn one<'s, T>(&mut self, of: &'s [T]) -> Option<&'s T> {
        of.get(self.below(of.len()))
    }
}

/// Different mutants of one class, of all histories.
pub(super) fn mutants(histories: &[History], class: Class, number: usize) -> Vec<Mutant> {
    let seed: u64 = std::env::var("MIGRATE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ ((class as u64 + 1) << 20) ^ (seed << 30));
    let (mut mutants, mut seen) = (Vec::new(), HashSet::new());
    for _ in 0..number * 300 {
        if mutants.len() == number {
            break;
        }
        let Some(history) = random.one(histories) else { break };
        if let Some(mutant) = mutant(history, class, &mut random)
            && mutant.texts != history.texts
            && seen.insert(mutant.texts.clone())
        {
            mutants.push(mutant);
        }
    }
    mutants
}

fn mutant(history: &History, class: Class, random: &mut Random) -> Option<Mutant> {
    match class {
        Class::Keyword => keyword(history, random),
        Class::Table => table(history, random),
        Class::Column | Class::OtherColumn => column(history, class, random),
        Class::Punctuation => punctuation(history, random),
        Class::Duplicate => duplicate(history, random),
        Class::Dropped => dropped(history, random),
        Class::Order => order(history, random),
        Class::Type => type_name(history, random),
        Class::Quote => quote(history, random),
    }
}

fn tokens(history: &History, file: usize) -> Vec<Token> {
    Lexer::new(&history.texts[file].sql, history.dialect).significant().collect()
}

/// Another text in a place of a file.
fn replaced(history: &History, class: Class, file: usize, place: Range<usize>, with: &str) -> Mutant {
    let mut texts = history.texts.clone();
    let old = texts[file].sql[place.clone()].to_owned();
    texts[file].sql.replace_range(place.clone(), with);
    let path = texts[file].path.clone();
    let line = line(&texts[file].sql, place.start);
    let short = |text: &str| {
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect::<String>()
    };
    let what = format!("{path}:{line}: `{}` for `{}`", short(with), short(&old));
    let (history, dialect) = (history.name.clone(), history.dialect);
    Mutant { class, history, dialect, texts, what, touched: vec![(path, line)] }
}

/// One letter gone, doubled, or exchanged with the next.
fn misspelled(word: &str, random: &mut Random) -> Option<String> {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() < 2 {
        return None;
    }
    // The first letter is seldom wrong, and a quote may stand there.
    let at = 1 + random.below(letters.len() - 1);
    match random.below(3) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        _ if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters.push(letters[at]),
    }
    let misspelled: String = letters.into_iter().collect();
    (misspelled != word).then_some(misspelled)
}

fn keyword(history: &History, random: &mut Random) -> Option<Mutant> {
    let file = random.below(history.texts.len());
    let sql = &history.texts[file].sql;
    let tokens = tokens(history, file);
    let token = random.one(&tokens)?;
    let word = token.text(sql);
    if !token.is_one_of(sql, KEYWORDS) {
        return None;
    }
    let typo = misspelled(word, random)?;
    if KEYWORDS.contains(&typo.to_ascii_lowercase().as_str()) {
        return None;
    }
    Some(replaced(history, Class::Keyword, file, range(token.span), &typo))
}

fn table(history: &History, random: &mut Random) -> Option<Mutant> {
    let file = random.below(history.texts.len());
    let sql = &history.texts[file].sql;
    let tokens = tokens(history, file);
    let at = random.below(tokens.len());
    let token = *tokens.get(at)?;
    let named = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent);
    if !named(&token) || !history.tables.contains(token.text(sql).trim_matches('"')) {
        return None;
    }
    // Where it is created it has any name, and is missed later. That is one kind of mistake of many.
    let created = at >= 2 && tokens[at - 2].is_one_of(sql, &["create", "rename"]);
    if created && random.below(5) > 0 {
        return None;
    }
    let typo = misspelled(token.text(sql), random)?;
    (!history.tables.contains(&typo)).then(|| replaced(history, Class::Table, file, range(token.span), &typo))
}

fn column(history: &History, class: Class, random: &mut Random) -> Option<Mutant> {
    let file = random.below(history.texts.len());
    let sql = &history.texts[file].sql;
    let tokens = tokens(history, file);
    let token = *random.one(&tokens)?;
    let word = token.text(sql);
    if token.kind != TokenKind::Word || !history.columns.contains(word) {
        return None;
    }
    let place = range(token.span);
    if history.created.contains(&(file, place.clone())) && random.below(6) > 0 {
        return None;
    }
    let other = if class == Class::Column {
        misspelled(word, random)?
    } else {
        let columns: Vec<&String> = history.columns.iter().collect();
        (*random.one(&columns)?).clone()
    };
    if other == word || class == Class::Column && history.columns.contains(&other) {
        return None;
    }
    Some(replaced(history, class, file, place, &other))
}

fn punctuation(history: &History, random: &mut Random) -> Option<Mutant> {
    let file = random.below(history.texts.len());
    let tokens = tokens(history, file);
    let token = random.one(&tokens)?;
    matches!(token.kind, TokenKind::Comma | TokenKind::Open | TokenKind::Close)
        .then(|| replaced(history, Class::Punctuation, file, range(token.span), ""))
}

/// The statements of a file that create or add something.
fn creations(history: &History, file: usize) -> Vec<Range<usize>> {
    let sql = &history.texts[file].sql;
    let mut statements = statements(history.dialect, sql);
    statements.retain(|range| {
        let words: Vec<String> =
            sql[range.clone()].split_whitespace().take(4).map(str::to_ascii_lowercase).collect();
        let second = words.get(1).map_or("", String::as_str);
        let replaces = second == "or";
        words.first().is_some_and(|word| word == "create") && !replaces
            || words.first().is_some_and(|word| word == "alter")
                && words.get(3).is_some_and(|word| word == "add")
    });
    statements
}

fn duplicate(history: &History, random: &mut Random) -> Option<Mutant> {
    let file = random.below(history.texts.len());
    let sql = &history.texts[file].sql;
    let creations = creations(history, file);
    let place = random.one(&creations)?.clone();
    let statement = &sql[place.clone()];
    if random.below(4) == 0 {
        // A column or constraint twice in one table.
        let tokens: Vec<Token> = Lexer::new(statement, history.dialect).significant().collect();
        let mut depth = 0;
        let mut commas = Vec::new();
        for token in &tokens {
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth -= 1,
                TokenKind::Comma if depth == 1 => commas.push(token.span.start as usize),
                _ => {}
            }
        }
        let first = random.below(commas.len());
        let (start, end) = (*commas.get(first)?, *commas.get(first + 1)?);
        let again = statement[start..end].to_owned();
        let at = place.start + end;
        let mut mutant = replaced(history, Class::Duplicate, file, at..at, &again);
        // It begins with a comma, and the next line is where it stands.
        mutant.touched.push((mutant.touched[0].0.clone(), mutant.touched[0].1 + 1));
        return Some(mutant);
    }
    if history.dialect == Dialect::MariaDb && statement.contains(';') {
        return None;
    }
    let to = (file + random.below(3)).min(history.texts.len() - 1);
    let end = history.texts[to].sql.len();
    Some(replaced(history, Class::Duplicate, to, end..end, &format!("\n{statement};\n")))
}

fn dropped(history: &History, random: &mut Random) -> Option<Mutant> {
    let file = random.below(history.texts.len());
    let sql = &history.texts[file].sql;
    let creations = creations(history, file);
    let place = random.one(&creations)?.clone();
    if random.below(2) == 0 {
        let body = &sql[place.clone()];
        if statements(history.dialect, sql).len() < 2
            || history.dialect == Dialect::MariaDb && body.contains(';')
        {
            return None;
        }
        let semicolon = sql[place.end..].starts_with(';');
        return Some(replaced(
            history,
            Class::Dropped,
            file,
            place.start..place.end + usize::from(semicolon),
            "",
        ));
    }
    // Something is dropped before somebody needs it.
    let tokens: Vec<Token> = Lexer::new(&sql[place.clone()], history.dialect).significant().collect();
    let words: Vec<&str> = tokens.iter().map(|token| token.text(&sql[place.clone()])).collect();
    let drop = match *words.first()? {
        "CREATE" => {
            let kind = words
                .iter()
                .position(|word| ["TABLE", "VIEW", "TYPE", "SEQUENCE", "DOMAIN"].contains(word))?;
            let mut name = (*words.get(kind + 1)?).to_owned();
            if words.get(kind + 2) == Some(&".") {
                name = format!("{name}.{}", words.get(kind + 3)?);
            }
            let materialized = if words[kind - 1] == "MATERIALIZED" { "MATERIALIZED " } else { "" };
            format!("DROP {materialized}{} {name};\n", words[kind])
        }
        _ => {
            let column = words.iter().position(|word| *word == "COLUMN")?;
            format!("ALTER TABLE {} DROP COLUMN {};\n", words.get(2)?, words.get(column + 1)?)
        }
    };
    let to = file + 1 + random.below(4);
    let text = history.texts.get(to)?;
    let at = random.one(&statements(history.dialect, &text.sql))?.start;
    Some(replaced(history, Class::Dropped, to, at..at, &drop))
}

/// Two files, or halves of them.
fn order(history: &History, random: &mut Random) -> Option<Mutant> {
    let first = random.below(history.texts.len());
    let second = first + 1 + random.below(4);
    let (one, other) = (parts(history, first, random)?, parts(history, second, random)?);
    let mut slots: Vec<Text> = one.into_iter().chain(other).collect();
    let (a, b) = (random.below(slots.len()), random.below(slots.len()));
    if a == b || slots[a].transactional() != slots[b].transactional() {
        return None;
    }
    let sql = slots[a].sql.clone();
    slots[a].sql = std::mem::replace(&mut slots[b].sql, sql);
    let what = format!("{} and {}", slots[a].path, slots[b].path);
    let mut texts = history.texts.clone();
    texts.retain(|text| ![first, second].into_iter().any(|at| history.texts[at] == *text));
    texts.extend(slots);
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    Some(Mutant {
        class: Class::Order,
        history: history.name.clone(),
        dialect: history.dialect,
        texts,
        what,
        touched: Vec::new(),
    })
}

/// A file, or both halves of it.
fn parts(history: &History, file: usize, random: &mut Random) -> Option<Vec<Text>> {
    let text = history.texts.get(file)?;
    let statements = statements(history.dialect, &text.sql);
    let cut = statements.get(random.below(statements.len() + 1)).map_or(0, |range| range.start);
    // A pair of statements around all others has to stay one.
    let whole =
        ["DELIMITER", "PRAGMA", "BEGIN;", "BEGIN TRANSACTION;"].iter().any(|it| text.sql.contains(it));
    if cut == 0 || whole || !text.transactional() || random.below(3) == 0 {
        return Some(vec![text.clone()]);
    }
    let (number, title) = text.path.split_once("0_")?;
    let half = |path: String, sql: &str| Text { path, sql: sql.to_owned() };
    Some(vec![
        half(text.path.clone(), &text.sql[..cut]),
        half(format!("{number}1_{title}"), &text.sql[cut..]),
    ])
}

fn type_name(history: &History, random: &mut Random) -> Option<Mutant> {
    let (file, place) = random.one(&history.types)?.clone();
    let written = &history.texts[file].sql[place.clone()];
    let name_len = written.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(written.len());
    let (name, rest) = written.split_at(name_len);
    let wrong = if random.below(2) == 0 {
        format!("{}{rest}", misspelled(name, random)?)
    } else {
        let (_, foreign) = FOREIGN_TYPES.iter().find(|(dialect, _)| *dialect == history.dialect)?;
        (*random.one(foreign)?).to_owned()
    };
    Some(replaced(history, Class::Type, file, place, &wrong))
}

fn quote(history: &History, random: &mut Random) -> Option<Mutant> {
    let file = random.below(history.texts.len());
    let tokens = tokens(history, file);
    let token = random.one(&tokens)?;
    if !matches!(token.kind, TokenKind::String | TokenKind::QuotedIdent) {
        return None;
    }
    let Range { start, end } = range(token.span);
    let place = if random.below(2) == 0 { start..start + 1 } else { end - 1..end };
    Some(replaced(history, Class::Quote, file, place, ""))
}

//! Directives in comments: `-- migrate(no-transaction)`. It knows where they may stand and how they are
//! written; what they do is for others.
//!
//! A directive stands in the leading comments of a file, before its first token; a licence header may precede
//! it. Nothing that looks like a directive is ignored: what is misspelled, or stands where it would have no
//! effect, is a problem.

use std::fmt;

use super::lexer::Lexer;
use super::token::{Token, TokenKind};
use crate::dialect::Dialect;
use crate::migrations::Span;

/// What a file says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Directive {
    /// `no-transaction`: the statements run one by one, outside of a transaction. Also written as sqlx has it:
    /// `-- no-transaction`.
    NoTransaction,
    /// `empty`: the file has no statement, on purpose.
    Empty,
    /// `phase = expand`, `backfill` or `contract`: what the file does to binaries that were built before it.
    Phase(Phase),
}

/// A step of a change that older binaries live through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// It only adds: older binaries go on.
    Expand,
    /// It moves data: older binaries go on.
    Backfill,
    /// It takes away what older binaries use: they must be gone.
    Contract,
}

impl Phase {
    /// The word for it, in files and in the history.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Phase::Expand => "expand",
            Phase::Backfill => "backfill",
            Phase::Contract => "contract",
        }
    }
}

/// What a directive is without its value.
#[derive(Clone, Copy)]
enum Meaning {
    Alone(Directive),
    /// The values that it can have.
    Value(&'static [(&'static str, Directive)]),
}

/// The directives that there are. Another is one line here.
const KNOWN: &[(&str, Meaning)] = &[
    ("no-transaction", Meaning::Alone(Directive::NoTransaction)),
    ("empty", Meaning::Alone(Directive::Empty)),
    ("phase", Meaning::Value(PHASES)),
];

const PHASES: &[(&str, Directive)] = &[
    ("expand", Directive::Phase(Phase::Expand)),
    ("backfill", Directive::Phase(Phase::Backfill)),
    ("contract", Directive::Phase(Phase::Contract)),
];

/// `allow(code, "reason")`, which has arguments and is not one of them: a file may have many.
const ALLOW: &str = "allow";

/// How the files of other tools begin, whose layout is not read yet.
const FOREIGN: &[(&str, &str)] = &[
    ("+goose", "goose"),
    ("migrate:up", "dbmate"),
    ("migrate:down", "dbmate"),
    ("+migrate", "sql-migrate"),
    ("liquibase formatted sql", "Liquibase"),
];

/// How sqlx spells `no-transaction`: at the start of a file, whatever follows it.
const SQLX: &str = "-- no-transaction";

/// The directives of a text, and what is wrong with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// In order. A directive may be there twice.
    pub found: Vec<Found>,
    /// In order.
    pub allowed: Vec<Allow>,
    /// In order.
    pub problems: Vec<Problem>,
}

impl Directives {
    /// Whether `directive` is there.
    #[must_use]
    pub fn has(&self, directive: Directive) -> bool {
        self.found.iter().any(|found| found.directive == directive)
    }
}

/// A directive and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it says.
    pub directive: Directive,
    /// The bytes of its name.
    pub span: Span,
}

/// A finding of the checks that the file accepts: `allow(code, "reason")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The code of the finding.
    pub code: String,
    /// The bytes of the code.
    pub span: Span,
}

/// Something wrong with a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The bytes concerned.
    pub span: Span,
    /// What it is.
    pub kind: ProblemKind,
}

/// What is wrong. Its `Display` says it, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A name that is not known.
    Unknown {
        /// The name.
        name: String,
        /// The known name that resembles it.
        suggestion: Option<&'static str>,
    },
    /// A directive that takes no arguments has some.
    Arguments,
    /// A directive needs another value, or a value at all: those that it takes.
    Value(Vec<&'static str>),
    /// The list does not follow the grammar: what was expected here.
    Syntax(&'static str),
    /// It was meant as a directive but is not written as one.
    Misspelled,
    /// It stands after the first statement, where it would have no effect.
    Misplaced,
    /// The file is in the layout of this other tool.
    Foreign(&'static str),
}

/// Reads the directives of `text`.
#[must_use]
pub fn read(text: &str, dialect: Dialect) -> Directives {
    let mut reader = Reader { directives: Directives::default(), leading: true, foreign: false };
    for token in Lexer::new(text, dialect) {
        match token.kind {
            TokenKind::LineComment | TokenKind::BlockComment => reader.comment(text, token),
            TokenKind::Space | TokenKind::ClientCommand => {}
            _ => reader.leading = false,
        }
    }
    reader.directives
}

struct Reader {
    directives: Directives,
    /// No token of a statement has come yet.
    leading: bool,
    /// A mark of another tool was found.
    foreign: bool,
}

impl Reader {
    fn comment(&mut self, text: &str, token: Token) {
        let block = token.kind == TokenKind::BlockComment;
        let mut start = token.span.start;
        for line in token.text(text).split_inclusive('\n') {
            self.line(Line::new(line, start, block), block);
            start = start.saturating_add(length(line));
        }
    }

    fn line(&mut self, line: Line<'_>, block: bool) {
        let content = line.content;
        let sqlx = !block && (content == &SQLX[3..] || (line.span.start == 0 && line.raw.starts_with(SQLX)));
        if !self.leading {
            if sqlx || content.starts_with("migrate(") {
                self.problem(line.span, ProblemKind::Misplaced);
            }
        } else if sqlx {
            self.directives.found.push(Found { directive: Directive::NoTransaction, span: line.span });
        } else if let Some(list) = content.strip_prefix("migrate(") {
            let start = line.content_start.saturating_add(length("migrate("));
            List { rest: list, offset: start, directives: &mut self.directives }.read();
        } else if is_misspelled(content) {
            self.problem(line.span, ProblemKind::Misspelled);
        } else if let Some(&(_, tool)) = FOREIGN.iter().find(|(mark, _)| content.starts_with(mark)) {
            // One is enough to say that the whole file is not ours.
            if !self.foreign {
                self.foreign = true;
                self.problem(line.span, ProblemKind::Foreign(tool));
            }
        }
    }

    fn problem(&mut self, span: Span, kind: ProblemKind) {
        self.directives.problems.push(Problem { span, kind });
    }
}

/// One line of a comment.
struct Line<'t> {
    /// With the marks of the comment.
    raw: &'t str,
    span: Span,
    /// Without them and without white space around it.
    content: &'t str,
    content_start: u32,
}

impl<'t> Line<'t> {
    fn new(line: &'t str, start: u32, block: bool) -> Self {
        let raw = line.trim_end();
        let indented = raw.trim_start();
        let mut content = indented;
        if block {
            content = content.strip_prefix("/*").unwrap_or(content);
            content = content.strip_suffix("*/").unwrap_or(content);
            content = content.trim_start_matches('*').trim();
        } else {
            content = content.strip_prefix("--").or(content.strip_prefix('#')).unwrap_or(content).trim();
        }
        // Both are parts of `line`, so their distance is a number of bytes in it.
        let place = |part: &str| {
            let distance = (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
            start.saturating_add(u32::try_from(distance).unwrap_or(u32::MAX))
        };
        let first = place(indented);
        Line {
            raw,
            span: Span::new(first, first.saturating_add(length(indented))),
            content,
            content_start: place(content),
        }
    }
}

/// Whether it has the name of a known directive behind `migrate`, but not in the form of a directive.
fn is_misspelled(content: &str) -> bool {
    let Some((head, tail)) = content.split_at_checked("migrate".len()) else { return false };
    let tail = tail.trim_start();
    let Some(list) = tail.strip_prefix(['(', '[', '{', ':', '=']) else { return false };
    let name = list.trim_start().split(|c| !is_name(c)).next();
    head.eq_ignore_ascii_case("migrate") && name.is_some_and(|name| names().any(|known| known == name))
}

/// The list in the parentheses: `name`, `name = value` or `name(value, …)`, separated by commas.
struct List<'t, 'd> {
    rest: &'t str,
    offset: u32,
    directives: &'d mut Directives,
}

impl<'t> List<'t, '_> {
    fn read(mut self) {
        if let Err(expected) = self.items() {
            let end = self.rest.chars().next().map_or(0, char::len_utf8);
            let span = Span::new(self.offset, self.offset.saturating_add(u32::try_from(end).unwrap_or(0)));
            self.directives.problems.push(Problem { span, kind: ProblemKind::Syntax(expected) });
        }
    }

    fn items(&mut self) -> Result<(), &'static str> {
        loop {
            let (name, span) = self.name("the name of a directive")?;
            if name == ALLOW {
                self.allow()?;
                if self.ended()? {
                    return Ok(());
                }
                continue;
            }
            let arguments = if self.eat('=') {
                self.space();
                let rest = self.rest;
                self.value()?;
                Arguments::Value(rest.get(..rest.len() - self.rest.len()).unwrap_or("").trim_end())
            } else if self.eat('(') {
                self.values()?;
                Arguments::List
            } else {
                Arguments::None
            };
            match meaning(name, arguments) {
                Ok(directive) => self.directives.found.push(Found { directive, span }),
                Err(kind) => self.directives.problems.push(Problem { span, kind }),
            }
            if self.ended()? {
                return Ok(());
            }
        }
    }

    /// Behind an item: whether it was the last.
    fn ended(&mut self) -> Result<bool, &'static str> {
        if self.eat(')') {
            self.space();
            return if self.rest.is_empty() { Ok(true) } else { Err("nothing after `)`") };
        }
        if self.eat(',') { Ok(false) } else { Err("`,` or `)`") }
    }

    /// The arguments of `allow`. A reason is part of it, since the next reader asks for it.
    fn allow(&mut self) -> Result<(), &'static str> {
        if !self.eat('(') {
            return Err("`(`, as in `allow(code, \"reason\")`");
        }
        let (code, span) = self.name("the code of a finding")?;
        if !self.eat(',') {
            return Err("`, \"reason\"`");
        }
        self.space();
        let reason = self.rest;
        if !reason.starts_with('"') || reason.starts_with("\"\"") {
            return Err("a reason in double quotes");
        }
        self.value()?;
        if !self.eat(')') {
            return Err("`)`");
        }
        self.directives.allowed.push(Allow { code: code.to_owned(), span });
        Ok(())
    }

    fn values(&mut self) -> Result<(), &'static str> {
        loop {
            self.value()?;
            if self.eat(')') {
                return Ok(());
            }
            if !self.eat(',') {
                return Err("`,` or `)`");
            }
        }
    }

    /// A string, a number or a word, or several words separated by `|`.
    fn value(&mut self) -> Result<(), &'static str> {
        if !self.eat('"') {
            loop {
                self.name("a value: a string in double quotes, a number or a word")?;
                if !self.eat('|') {
                    return Ok(());
                }
            }
        }
        let mut escaped = false;
        for (at, c) in self.rest.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    self.bump(at + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.bump(self.rest.len());
        Err("`\"` at the end of the string")
    }

    fn name(&mut self, expected: &'static str) -> Result<(&'t str, Span), &'static str> {
        self.space();
        let end = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
        let name = self.rest.get(..end).filter(|name| !name.is_empty()).ok_or(expected)?;
        let start = self.offset;
        self.bump(end);
        Ok((name, Span::new(start, self.offset)))
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.space();
        let found = self.rest.starts_with(wanted);
        if found {
            self.bump(wanted.len_utf8());
        }
        found
    }

    fn space(&mut self) {
        self.bump(self.rest.len() - self.rest.trim_start().len());
    }

    fn bump(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or("");
        self.offset = self.offset.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_' || c == '.'
}

/// The names of all directives.
fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|&(name, _)| name).chain([ALLOW])
}

/// What stands behind the name of a directive.
enum Arguments<'t> {
    None,
    Value(&'t str),
    List,
}

fn meaning(name: &str, arguments: Arguments<'_>) -> Result<Directive, ProblemKind> {
    let Some(meaning) = known(name) else {
        return Err(ProblemKind::Unknown { name: name.to_owned(), suggestion: nearest(name) });
    };
    match (meaning, arguments) {
        (Meaning::Alone(directive), Arguments::None) => Ok(directive),
        (Meaning::Alone(_), _) => Err(ProblemKind::Arguments),
        (Meaning::Value(values), arguments) => {
            let found = values
                .iter()
                .find(|(word, _)| matches!(arguments, Arguments::Value(value) if value == *word));
            let taken = || ProblemKind::Value(values.iter().map(|(word, _)| *word).collect());
            found.map(|&(_, directive)| directive).ok_or_else(taken)
        }
    }
}

fn known(name: &str) -> Option<Meaning> {
    KNOWN.iter().find(|(known, _)| *known == name).map(|&(_, meaning)| meaning)
}

/// The known name that `name` was probably meant to be: at most one letter in three is wrong.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let distances = names().map(|known| (distance(&name, known), known));
    let (distance, known) = distances.min()?;
    (distance * 3 <= known.len()).then_some(known)
}

/// How many letters must be added, removed or changed.
fn distance(name: &str, known: &str) -> usize {
    // A longer name cannot be near, and the work stays small.
    let letters: Vec<char> = name.chars().take(2 * known.len()).collect();
    let mut row: Vec<usize> = (0..=letters.len()).collect();
    for (index, known) in known.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (at, &letter) in letters.iter().enumerate() {
            let changed = diagonal + usize::from(letter != known);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProblemKind::Unknown { name, suggestion } => {
                write!(f, "unknown directive `{name}`; ")?;
                if let Some(suggestion) = suggestion {
                    write!(f, "did you mean `{suggestion}`? ")?;
                }
                f.write_str("known are ")?;
                for (index, known) in names().enumerate() {
                    write!(f, "{}`{known}`", if index == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            ProblemKind::Arguments => f.write_str("this directive takes no arguments; write its name alone"),
            ProblemKind::Value(values) => {
                write!(f, "this directive has the wrong value; write it with one of")?;
                for (index, value) in values.iter().enumerate() {
                    write!(f, "{} `= {value}`", if index == 0 { "" } else { "," })?;
                }
                Ok(())
            }
            ProblemKind::Syntax(expected) => {
                write!(f, "this directive cannot be read: expected {expected}")
            }
            ProblemKind::Misspelled => {
                f.write_str("this is not read as a directive; write it as `-- migrate(no-transaction)`")
            }
            ProblemKind::Misplaced => f.write_str(
                "a directive has no effect after the first statement; move it to the start of the file",
            ),
            ProblemKind::Foreign(tool) => {
                write!(
                    f,
                    "this is a file for {tool}, whose layout is not read yet; convert it to one file of plain SQL per direction"
                )
            }
        }
    }
}

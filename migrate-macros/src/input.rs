//! The arguments of `migrations!`: reads them, and says what is wrong with them.

use migrate_core::Dialect;
use migrate_core::diagnostic::closest;
use migrate_core::interval::Interval;
use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::token::{Bracket, Paren};
use syn::{Error, LitStr, Result, Token, bracketed, parenthesized};

/// What was written in `migrations!(…)`.
pub(crate) struct Input {
    /// The path of the facade crate, from the `macro_rules!` wrapper.
    pub(crate) facade: TokenStream,
    pub(crate) arguments: Result<Arguments>,
}

/// The arguments that users write.
pub(crate) struct Arguments {
    /// The folder, relative to the crate.
    pub(crate) folder: String,
    /// Where problems of the files are reported.
    pub(crate) span: Span,
    pub(crate) dialect: Dialect,
    pub(crate) ignore: Vec<String>,
    pub(crate) allow_empty: bool,
    /// Findings that are accepted: the version, with `/down` where that is meant, and the code.
    pub(crate) allow: Vec<(String, String)>,
    pub(crate) name: Option<String>,
    /// The server versions that the files are meant for.
    pub(crate) server: Option<String>,
}

const DIALECTS: [(&str, Dialect); 4] = [
    ("postgres", Dialect::Postgres),
    ("mysql", Dialect::MySql),
    ("mariadb", Dialect::MariaDb),
    ("sqlite", Dialect::Sqlite),
];

const ARGUMENTS: [&str; 5] = ["dialect", "ignore", "allow", "name", "server"];

const ALLOWED: [&str; 1] = ["empty"];

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let facade;
        bracketed!(facade in input);
        let facade = facade.parse()?;
        let arguments = Arguments::parse(input);
        if arguments.is_err() {
            // What is left would be a second, misleading error.
            input.parse::<TokenStream>()?;
        }
        Ok(Input { facade, arguments })
    }
}

impl Arguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut folder: Option<LitStr> = None;
        let mut dialect = None;
        let mut ignore = None;
        let mut allow_empty = None;
        let mut allow = Vec::new();
        let mut name = None;
        let mut server: Option<LitStr> = None;
        let mut first = true;
        while !input.is_empty() {
            if input.peek(LitStr) {
                let literal: LitStr = input.parse()?;
                if !first {
                    return Err(Error::new(
                        literal.span(),
                        "the folder is the first argument, and there is one",
                    ));
                }
                folder = Some(literal);
            } else {
                let argument = Ident::parse_any(input).map_err(|error| {
                    Error::new(
                        error.span(),
                        format!("expected an argument, one of: {}", ARGUMENTS.join(", ")),
                    )
                })?;
                match argument.to_string().as_str() {
                    "dialect" => once(&argument, &mut dialect, assigned(input, parse_dialect)?)?,
                    "ignore" => once(&argument, &mut ignore, assigned(input, parse_list)?)?,
                    "allow" => match parse_allow(input)? {
                        Allow::Empty => once(&argument, &mut allow_empty, ())?,
                        Allow::Finding(script, code) => allow.push((script, code)),
                    },
                    "name" => once(
                        &argument,
                        &mut name,
                        assigned(input, |input| Ok(input.parse::<LitStr>()?.value()))?,
                    )?,
                    "server" => {
                        once(&argument, &mut server, assigned(input, |input| input.parse::<LitStr>())?)?;
                    }
                    other => {
                        let message = unknown("argument", other, &ARGUMENTS);
                        return Err(Error::new(argument.span(), message));
                    }
                }
            }
            first = false;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        let Some(dialect) = dialect else {
            let message =
                format!("missing argument: write one of {}", choices(|name| format!("dialect = {name}")));
            return Err(Error::new(Span::call_site(), message));
        };
        // The dialect may come behind it.
        if let Some(server) = &server {
            Interval::new(dialect, &server.value()).map_err(|error| {
                let message = format!("{}\n= help: {}", error.message(), error.help());
                Error::new(server.span(), message)
            })?;
        }
        Ok(Arguments {
            span: folder.as_ref().map_or_else(Span::call_site, LitStr::span),
            folder: folder.map_or_else(|| "migrations".to_owned(), |literal| literal.value()),
            dialect,
            ignore: ignore.unwrap_or_default(),
            allow_empty: allow_empty.is_some(),
            allow,
            name,
            server: server.map(|server| server.value()),
        })
    }
}

fn once<T>(argument: &Ident, slot: &mut Option<T>, value: T) -> Result<()> {
    match slot.replace(value) {
        Some(_) => Err(Error::new(argument.span(), format!("`{argument}` is given twice"))),
        None => Ok(()),
    }
}

fn assigned<T>(input: ParseStream<'_>, value: fn(ParseStream<'_>) -> Result<T>) -> Result<T> {
    input.parse::<Token![=]>()?;
    value(input)
}

fn parse_dialect(input: ParseStream<'_>) -> Result<Dialect> {
    let name = Ident::parse_any(input).map_err(|error| {
        let known = choices(str::to_owned);
        Error::new(error.span(), format!("expected one of {known}, without quotes"))
    })?;
    let text = name.to_string();
    DIALECTS.iter().find(|(known, _)| *known == text).map(|(_, dialect)| *dialect).ok_or_else(|| {
        let known = DIALECTS.map(|(known, _)| known);
        Error::new(name.span(), unknown("dialect", &text, &known))
    })
}

fn parse_list(input: ParseStream<'_>) -> Result<Vec<String>> {
    if !input.peek(Bracket) {
        return Err(input.error("expected a list, as in `ignore = [\"seed.sql\"]`"));
    }
    let list;
    bracketed!(list in input);
    let names = list.parse_terminated(|input| input.parse::<LitStr>(), Token![,])?;
    Ok(names.iter().map(LitStr::value).collect())
}

/// What `allow(…)` says.
enum Allow {
    Empty,
    Finding(String, String),
}

/// `allow(empty)`, or `allow("7/down", code, "reason")`.
fn parse_allow(input: ParseStream<'_>) -> Result<Allow> {
    if !input.peek(Paren) {
        return Err(input.error("expected what is allowed, as in `allow(empty)`"));
    }
    let list;
    parenthesized!(list in input);
    if !list.peek(LitStr) {
        let mut names = list.parse_terminated(Ident::parse_any, Token![,])?.into_iter();
        return match names.find(|name| !ALLOWED.iter().any(|allowed| name == allowed)) {
            Some(name) => {
                Err(Error::new(name.span(), unknown("thing to allow", &name.to_string(), &ALLOWED)))
            }
            None => Ok(Allow::Empty),
        };
    }
    let script: LitStr = list.parse()?;
    list.parse::<Token![,]>()?;
    let mut code = Ident::parse_any(&list)?.to_string();
    while list.peek(Token![-]) {
        list.parse::<Token![-]>()?;
        code = format!("{code}-{}", Ident::parse_any(&list)?);
    }
    list.parse::<Token![,]>()?;
    let reason: LitStr = list.parse()?;
    if reason.value().trim().is_empty() {
        return Err(Error::new(reason.span(), "the reason is empty, and the next reader will ask for it"));
    }
    if !list.is_empty() {
        list.parse::<Token![,]>()?;
    }
    Ok(Allow::Finding(script.value(), code))
}

fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    match closest(word, known.iter().copied()) {
        Some(meant) => format!("unknown {what} `{word}`, did you mean `{meant}`?"),
        None => format!("unknown {what} `{word}`, expected one of: {}", known.join(", ")),
    }
}

fn choices(show: impl Fn(&str) -> String) -> String {
    DIALECTS.map(|(name, _)| show(name)).join(", ")
}

//! From checked migrations to tokens: one constant expression.

use std::collections::BTreeMap;
use std::path::Path;

use migrate_core::Dialect;
#[cfg(not(any(feature = "spelling-postgres", feature = "spelling-sqlite")))]
use migrate_core::check::check as checked;
use migrate_core::check::{Checked, Options};
use migrate_core::checksum::Checksum;
use migrate_core::diagnostic::{Diagnostic, Severity};
use migrate_core::lock_file;
use migrate_core::migrations::{Data, Entry, Phase, ScriptData};
use migrate_core::source::{Content, File, folder};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;

use crate::fallback;
use crate::input::{Arguments, Input};
use crate::package;
#[cfg(any(feature = "spelling-postgres", feature = "spelling-sqlite"))]
use crate::spelling::checked;

/// `migrations!`, whose first argument is the path of the facade crate in brackets.
pub(crate) fn migrations(input: TokenStream) -> TokenStream {
    let Input { facade, arguments } = match syn::parse2(input) {
        Ok(input) => input,
        // Only somebody who calls the procedural macro itself gets here.
        Err(error) => return error.into_compile_error(),
    };
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(error) => return fallback::errors(&facade, [(error.span(), error.to_string())]),
    };
    let span = arguments.span;
    match embed(&facade, &arguments) {
        Ok(tokens) => tokens,
        Err(messages) => fallback::errors(&facade, messages.into_iter().map(|message| (span, message))),
    }
}

/// Reads the folder and gives its migrations as an expression, or every problem.
fn embed(facade: &TokenStream, arguments: &Arguments) -> Result<TokenStream, Vec<String>> {
    let Some(package) = package::folder() else {
        return Err(vec![
            "the environment variable CARGO_MANIFEST_DIR is not set; build with cargo".to_owned(),
        ]);
    };
    let shown = package::relative(&arguments.folder)
        .map_err(|why| vec![format!("the folder `{}` {why}", arguments.folder)])?;
    let folder = package.join(&shown);
    let published = package::is_published(&package);
    let files = folder::read(&folder, &package, &shown, &arguments.ignore)
        .map_err(|error| error.diagnostics().iter().map(Diagnostic::render_for_rustc).collect::<Vec<_>>())?;
    let mut options = Options::new(arguments.dialect)
        .folder(&shown)
        .ignore(arguments.ignore.iter().cloned())
        .allow_empty(arguments.allow_empty)
        .published(published)
        // The test that writes the lock file must compile. cargo does not look at the variable: it compiles again
        // when the file was written, and then the two are compared.
        .lock_file(std::env::var_os(lock_file::UPDATE).is_none_or(|value| value != "1"));
    for (script, code) in &arguments.allow {
        options = options.allow(script, code);
    }
    if let Some(name) = &arguments.name {
        options = options.name(name);
    }
    if let Some(server) = &arguments.server {
        options = options.server(server);
    }
    let Checked { migrations, diagnostics } = checked(&files, &options);
    for remark in remarks(&diagnostics) {
        // A macro has no warnings of its own on stable Rust.
        eprintln!("{remark}\n");
    }
    let Some(migrations) = migrations else {
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error);
        return Err(errors.map(Diagnostic::render_for_rustc).collect());
    };
    Ok(expression(facade, arguments, &folder, &files, migrations.data()))
}

/// How many remarks of one kind are shown in full.
const SHOWN: usize = 3;

/// What is worth knowing and no error, as text. Every build prints it, so of many remarks of one kind, which old
/// files have, only the last are shown: those of the newest migrations.
fn remarks(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    let all: Vec<&Diagnostic> =
        diagnostics.iter().filter(|diagnostic| diagnostic.severity() < Severity::Error).collect();
    for diagnostic in &all {
        *left.entry(diagnostic.code()).or_default() += 1;
    }
    let mut remarks = Vec::new();
    for (code, count) in left.iter().filter(|(_, count)| **count > SHOWN) {
        remarks.push(format!(
            "note: {} more of the kind `{code}`, in earlier files, are not shown; what `testing::assert_lock` \
             writes to migrate.lock is not remarked on again",
            count - SHOWN
        ));
    }
    for diagnostic in all {
        let left = left.entry(diagnostic.code()).or_default();
        *left = left.saturating_sub(1);
        if *left < SHOWN {
            remarks.push(diagnostic.to_string());
        }
    }
    remarks
}

fn expression(
    facade: &TokenStream,
    arguments: &Arguments,
    folder: &Path,
    files: &[File],
    data: &Data,
) -> TokenStream {
    // The name and release are those of the crate that is compiled, also after it was packaged.
    let name = match &arguments.name {
        Some(name) => quote!(#name),
        None => quote!(::core::env!("CARGO_PKG_NAME")),
    };
    let dialect = dialect(data.dialect);
    let server = &*data.server;
    let entries = data.entries.iter().map(entry);
    let fingerprint = checksum(data.fingerprint);
    let text_fingerprint = checksum(data.text_fingerprint);
    let created = &*data.created;
    let folder_text = folder.to_string_lossy();
    let paths = files.iter().filter(|file| matches!(file.content, Content::Bytes(_))).map(|file| &file.path);
    let listed = paths.clone().filter(|path| *path != lock_file::NAME);
    // The compiler reads these for one purpose: to know that the expression depends on them.
    let tracked = paths.map(|path| folder.join(path).to_string_lossy().into_owned());
    let ignore = &arguments.ignore;
    quote! {{
        use #facade::__private as private;
        #(const _: &[::core::primitive::u8] = ::core::include_bytes!(#tracked);)*
        const ENTRIES: &[private::Entry] = &[#(#entries),*];
        // Only a debug build compares itself with the folder, and only it carries the paths of the machine
        // that built it.
        const FOLDER: &::core::primitive::str = if ::core::cfg!(debug_assertions) { #folder_text } else { "" };
        const LISTED: &[private::Cow<'static, ::core::primitive::str>] =
            &[#(private::Cow::Borrowed(#listed)),*];
        const FILES: &[private::Cow<'static, ::core::primitive::str>] =
            if ::core::cfg!(debug_assertions) { LISTED } else { &[] };
        const IGNORE: &[private::Cow<'static, ::core::primitive::str>] =
            &[#(private::Cow::Borrowed(#ignore)),*];
        private::Migrations::new(private::Data {
            name: private::Cow::Borrowed(#name),
            release: private::Cow::Borrowed(::core::env!("CARGO_PKG_VERSION")),
            dialect: #dialect,
            server: private::Cow::Borrowed(#server),
            entries: private::Cow::Borrowed(ENTRIES),
            fingerprint: #fingerprint,
            text_fingerprint: #text_fingerprint,
            created: private::Cow::Borrowed(#created),
            folder: private::Cow::Borrowed(FOLDER),
            files: private::Cow::Borrowed(FILES),
            ignore: private::Cow::Borrowed(IGNORE),
        })
    }}
}

fn entry(entry: &Entry) -> TokenStream {
    let (version, name) = (&*entry.version, &*entry.name);
    let up = script(&entry.up);
    let phase = match entry.phase {
        Phase::Backfill => quote!(Backfill),
        Phase::Contract => quote!(Contract),
        _ => quote!(Expand),
    };
    let down = match &entry.down {
        Some(down) => {
            let down = script(down);
            quote!(::core::option::Option::Some(#down))
        }
        None => quote!(::core::option::Option::None),
    };
    quote! {
        private::Entry {
            version: private::Cow::Borrowed(#version),
            name: private::Cow::Borrowed(#name),
            up: #up,
            down: #down,
            phase: private::Phase::#phase,
        }
    }
}

fn script(script: &ScriptData) -> TokenStream {
    let (path, text) = (&*script.path, &*script.text);
    let statements = script.statements.iter().map(|statement| span(*statement));
    let body = span(script.body);
    let (transactional, foreign_keys_off) = (script.transactional, script.foreign_keys_off);
    let text_checksum = checksum(script.text_checksum);
    let token_checksum = checksum(script.token_checksum);
    quote! {
        private::ScriptData {
            path: private::Cow::Borrowed(#path),
            text: private::Cow::Borrowed(#text),
            statements: private::Cow::Borrowed(&[#(#statements),*]),
            body: #body,
            transactional: #transactional,
            foreign_keys_off: #foreign_keys_off,
            text_checksum: #text_checksum,
            token_checksum: #token_checksum,
        }
    }
}

/// A struct literal, not a call: a reference to it lives for ever without a name.
fn span(span: migrate_core::migrations::Span) -> TokenStream {
    let (start, end) = (Literal::u32_unsuffixed(span.start), Literal::u32_unsuffixed(span.end));
    quote!(private::Span { start: #start, end: #end })
}

fn checksum(checksum: Checksum) -> TokenStream {
    let mut bytes = Literal::byte_string(checksum.bytes());
    bytes.set_span(Span::call_site());
    quote!(private::Checksum::from_bytes(*#bytes))
}

fn dialect(dialect: Dialect) -> TokenStream {
    match dialect {
        Dialect::Postgres => quote!(private::Dialect::Postgres),
        Dialect::MySql => quote!(private::Dialect::MySql),
        Dialect::MariaDb => quote!(private::Dialect::MariaDb),
        Dialect::Sqlite => quote!(private::Dialect::Sqlite),
        // The arguments know these four.
        _ => quote!(::core::compile_error!("unknown dialect")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_remarks_of_one_kind_the_last_are_shown_and_the_others_counted() {
        let of = |count: usize| -> Vec<String> {
            let found: Vec<Diagnostic> = (1..=count)
                .map(|number| Diagnostic::warning("down-differs", format!("down {number}")))
                .collect();
            remarks(&found)
        };
        assert_eq!(of(3).len(), 3);
        let five = of(5);
        assert_eq!(five.len(), 4);
        assert!(five[0].starts_with("note: 2 more of the kind `down-differs`"), "{}", five[0]);
        assert!(five[1].contains("down 3") && five[3].contains("down 5"), "{five:?}");
    }
}

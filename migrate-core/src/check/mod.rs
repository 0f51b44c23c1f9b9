//! From files to [`Migrations`]: the one entry that the macro and the run-time sources share, so that they
//! cannot disagree. It reads no file and opens no connection.

mod allow;
mod lift;
mod options;
mod phase;
mod rebuild;
mod script;
mod spelling;
mod text;
mod transaction;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub use options::Options;
pub use phase::phase;
pub(crate) use script::controls_transaction;
pub use spelling::{Spelling, SpellingError};
pub use transaction::{Checkable, transaction};

use self::allow::Allowed;
use self::script::Script;
use crate::ast::Statement;
use crate::checksum;
use crate::created;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::effect::{self, ScriptEffects, Versions};
use crate::feature;
use crate::interval::Interval;
use crate::lock_file;
use crate::migrations::{Data, Entry, Migrations, Phase};
use crate::reader;
use crate::source::layout::{self, Group, Role};
use crate::source::{Content, File, MAX_FILE_LEN, Refusal, SourceError, ignored_by, metadata};
use crate::version::Version;

/// What [`check`] found.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The migrations; `None` when there is an error.
    pub migrations: Option<Migrations>,
    /// What is wrong, and what is worth knowing.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// The migrations, or what is wrong with them.
    ///
    /// # Errors
    ///
    /// There is an error among the diagnostics.
    pub fn into_result(self) -> Result<Migrations, SourceError> {
        self.migrations.ok_or_else(|| SourceError::new(self.diagnostics))
    }
}

/// Checks the files of a history, sorted by path, and makes its migrations. All problems are reported, not
/// the first alone.
#[must_use]
pub fn check(files: &[File], options: &Options) -> Checked {
    let (locks, files): (Vec<&File>, Vec<&File>) =
        files.iter().partition(|file| file.path == lock_file::NAME && !is_ignored(file, options));
    let (ignored, read): (Vec<&File>, Vec<&File>) =
        files.into_iter().partition(|file| is_ignored(file, options));
    let paths: Vec<&str> = read.iter().map(|file| file.path.as_str()).collect();
    let arranged = layout::arrange(&paths, &|path| options.shown(path), &options.ignore);
    let mut diagnostics = arranged.diagnostics;
    history_name(&options.name, &mut diagnostics);

    let mut scripts: Vec<Option<Script>> = Vec::new();
    let mut in_transaction: Vec<Option<bool>> = Vec::new();
    for (file, role) in read.iter().zip(&arranged.roles) {
        let path = options.shown(&file.path);
        let text = role.and_then(|_| text_of(file, &path, &mut diagnostics));
        let (mut script, mut metadata) = (None, None);
        match (role, text) {
            (Some(Role::Up), Some(text)) => {
                script = Some(Script::read(path, text, true, options, &mut diagnostics))
            }
            (Some(Role::Down), Some(text)) => {
                script = Some(Script::read(path, text, false, options, &mut diagnostics));
            }
            (Some(Role::Metadata), Some(text)) => {
                metadata = run_in_transaction(&path, &text, &mut diagnostics)
            }
            (None, _) | (_, None) => {}
        }
        scripts.push(script);
        in_transaction.push(metadata);
    }

    let paths: Vec<Option<String>> =
        scripts.iter().map(|script| script.as_ref().map(|script| script.path().to_owned())).collect();
    let allowed: Vec<Allowed> = scripts
        .iter_mut()
        .flatten()
        .flat_map(Script::allowed)
        .chain(options.allow.iter().map(|(script, code)| {
            let (version, down) =
                script.strip_suffix("/down").map_or((&**script, false), |version| (version, true));
            let group = arranged.groups.iter().find(|group| names_version(version, &group.version));
            let index = group.and_then(|group| if down { group.down } else { Some(group.up) });
            Allowed {
                code: code.clone(),
                path: index.and_then(|index| paths.get(index).cloned().flatten()),
                place: None,
                written: format!("allow({script:?}, {code})"),
            }
        }))
        .collect();
    let interval = interval(options, &mut diagnostics);
    let mut newer = Vec::new();
    if !options.published {
        let scripts = || scripts.iter().flatten().map(Script::parts);
        newer.extend(feature::findings(scripts, &interval, options.server.is_some()));
    }

    let mut entries = Vec::new();
    let mut until = BTreeMap::new();
    for Group { version, name, up, down, metadata } in arranged.groups {
        let metadata = metadata.and_then(|index| in_transaction.get(index).copied().flatten());
        let mut finish = |index: usize| {
            let script = scripts.get_mut(index)?.take()?;
            until.insert(script.path().to_owned(), script.divided_until());
            Some(script.finish(metadata, options, &mut diagnostics))
        };
        let up = finish(up);
        let down = down.map(finish);
        if let (Some(up), None | Some(Some(_))) = (up, &down) {
            entries.push(Entry {
                version: Cow::Owned(version.as_str().to_owned()),
                name: Cow::Owned(name.to_owned()),
                up,
                down: down.flatten(),
                // Until the effects are known.
                phase: Phase::Expand,
            });
        }
    }

    let failed = |diagnostics: &[Diagnostic]| diagnostics.iter().any(|d| d.severity() == Severity::Error);
    let whole = !failed(&diagnostics);
    // Who uses a published package cannot write its lock file.
    let locks: Vec<(String, String)> = if options.lock_file && !options.published {
        let read = |file: &&File| {
            let path = options.shown(&file.path);
            text_of(file, &path, &mut diagnostics).map(|text| (path, text))
        };
        locks.iter().filter_map(read).collect()
    } else {
        Vec::new()
    };
    let vouched = locks.iter().map(|(_, text)| lock_file::vouched(text, &entries)).max().unwrap_or(0);
    let known: BTreeSet<String> = entries
        .iter()
        .take(vouched)
        .flat_map(|entry| [Some(&entry.up), entry.down.as_ref()].into_iter().flatten())
        .map(|script| script.path.to_string())
        .collect();
    let mut spelled: BTreeSet<&str> = BTreeSet::new();
    if let (Some(grammar), false) = (options.spelling, options.published) {
        // What was locked was spelled then. The hash is that of the ups alone.
        for (index, entry) in entries.iter().enumerate() {
            let up = (index >= vouched).then_some(&entry.up);
            for script in up.into_iter().chain(&entry.down) {
                spelled.insert(&*script.path);
                let until = until.get(&*script.path).copied().unwrap_or(u32::MAX);
                spelling::check(grammar, options.dialect, script, until, &mut diagnostics);
            }
        }
    }
    let spelled: BTreeSet<String> = spelled.into_iter().map(str::to_owned).collect();
    diagnostics.extend(newer);
    let migrations = migrations(entries, options, &interval);
    let replayed =
        whole.then(|| effect::replay(options.dialect, [&migrations], Versions::supported(options.dialect)));
    if let (Some(replayed), false) = (&replayed, options.published) {
        let mut found = replayed.replayed.diagnostics.clone();
        found.extend(found_by_effects(&migrations, &replayed.scripts));
        found_by_replay(&found, &mut diagnostics);
    }
    let looked = |code: &str, path: &str| match code {
        spelling::CODE => spelled.contains(path),
        _ => whole,
    };
    allow::lift(&allowed, looked, options, &mut diagnostics);
    // Whoever locked a migration has seen what there is to remark about it, and cannot edit it any more.
    diagnostics.retain(|found| {
        found.severity() == Severity::Error || found.place().is_none_or(|place| !known.contains(place.path()))
    });
    transaction::commits_once(&mut diagnostics);
    // A list of migrations that is not complete would be compared with more than there is.
    if whole {
        for (path, text) in &locks {
            diagnostics.extend(lock_file::compare(path, text, &migrations.data().entries));
        }
    }

    if !options.published {
        unused_ignores(&ignored, options, &mut diagnostics);
    }
    // In the order of the files; what concerns none of them comes last.
    diagnostics.sort_by(|a, b| {
        let key = |diagnostic: &Diagnostic| {
            diagnostic.place().map(|place| (place.path().to_owned(), place.line(), place.column()))
        };
        let (a, b) = (key(a), key(b));
        a.is_none().cmp(&b.is_none()).then(a.cmp(&b))
    });
    let migrations = if failed(&diagnostics) {
        None
    } else {
        let created = created::encode(replayed.iter().flat_map(|it| &it.replayed.created));
        let scripts = replayed.as_ref().map_or(&[][..], |replayed| &replayed.scripts);
        let phases = phases(&migrations, scripts);
        Some(migrations.with_found(created, phases))
    };
    Checked { migrations, diagnostics }
}

/// The phase of each migration. `effects` are those of each up and, behind it, its down.
fn phases(migrations: &Migrations, effects: &[ScriptEffects]) -> Vec<Phase> {
    let mut effects = effects.iter();
    let mut phases = Vec::with_capacity(migrations.len());
    for migration in migrations.iter() {
        phases.push(effects.next().map_or(Phase::Expand, effect::phase_of));
        if migration.down().is_some() {
            effects.next();
        }
    }
    phases
}

/// What files ask of their transaction and say of their phase, against what they do. `effects` are those of
/// each up and, behind it, its down.
fn found_by_effects(migrations: &Migrations, effects: &[ScriptEffects]) -> Vec<Diagnostic> {
    let scripts = migrations.iter().flat_map(|migration| [Some(migration.up()), migration.down()]).flatten();
    let mut found = Vec::new();
    for (script, effects) in scripts.zip(effects) {
        let (text, dialect) = (script.text(), migrations.dialect());
        if !transaction::concerns(&effects.statements)
            && !rebuild::concerns(&effects.statements)
            && effects.phase.is_none()
        {
            continue;
        }
        let statements: Vec<Statement> =
            script.data().statements.iter().map(|span| reader::read(text, *span, dialect)).collect();
        let file = Checkable {
            path: script.path(),
            text,
            statements: &statements,
            effects: &effects.statements,
            dialect,
            transactional: script.transactional(),
        };
        found.extend(transaction(file));
        found.extend(phase(file, effects));
        found.extend(rebuild::rebuild(file, script.data().foreign_keys_off));
    }
    found
}

/// Adds what the replay found. A statement that a grammar refuses was not read as it was meant, so nothing
/// more is said about its file.
fn found_by_replay(replayed: &[Diagnostic], diagnostics: &mut Vec<Diagnostic>) {
    let misspelled: Vec<String> = diagnostics
        .iter()
        .filter(|found| found.code() == spelling::CODE && found.severity() == Severity::Error)
        .filter_map(|found| found.place().map(|place| place.path().to_owned()))
        .collect();
    let others = replayed.iter().filter(|found| {
        found.place().is_none_or(|place| !misspelled.iter().any(|path| path == place.path()))
    });
    diagnostics.extend(others.cloned().map(with_way_out));
}

/// Nothing knows what is in a database beside this history, so an error that has no better advice says how to
/// insist.
fn with_way_out(found: Diagnostic) -> Diagnostic {
    if found.severity() < Severity::Error || found.helps().len() > 0 {
        return found;
    }
    let when = if found.code().starts_with("unknown-") {
        "something else creates it"
    } else {
        "the database accepts it"
    };
    let help = format!(
        "if {when}, write `-- migrate(allow({}, \"reason\"))` at the start of the file",
        found.code()
    );
    found.help(help)
}

/// Whether somebody who writes `text` means `version`: leading zeros and the dashes of diesel have no meaning.
fn names_version(text: &str, version: &Version) -> bool {
    [Version::numeric(text), Version::diesel(text)]
        .into_iter()
        .flatten()
        .any(|meant| meant.as_str() == version.as_str())
}

fn is_ignored(file: &File, options: &Options) -> bool {
    matches!(file.content, Content::Ignored) || ignored_by(&file.path, &options.ignore).is_some()
}

/// The server versions that are declared, or else those that are meant then.
fn interval(options: &Options, diagnostics: &mut Vec<Diagnostic>) -> Interval {
    let declared = options.server.as_deref().map(|text| Interval::new(options.dialect, text));
    declared.transpose().map_or_else(
        |error| {
            diagnostics.push(Diagnostic::error("bad-server", error.message()).help(error.help()));
            Interval::of(options.dialect)
        },
        |declared| declared.unwrap_or_else(|| Interval::of(options.dialect)),
    )
}

fn migrations(entries: Vec<Entry>, options: &Options, interval: &Interval) -> Migrations {
    let by = |checksum: fn(&Entry) -> checksum::Checksum| {
        checksum::fingerprint(
            entries.iter().map(|entry| (&*entry.version, checksum(entry), entry.up.transactional)),
        )
    };
    let fingerprint = by(|entry| entry.up.token_checksum);
    let text_fingerprint = by(|entry| entry.up.text_checksum);
    Migrations::new(Data {
        name: Cow::Owned(options.name.clone()),
        release: Cow::Owned(options.release.clone()),
        dialect: options.dialect,
        server: Cow::Owned(interval.text().to_owned()),
        entries: Cow::Owned(entries),
        fingerprint,
        text_fingerprint,
        created: Cow::Borrowed(""),
        folder: Cow::Borrowed(""),
        files: Cow::Borrowed(&[]),
        ignore: Cow::Owned(options.ignore.iter().cloned().map(Cow::Owned).collect()),
    })
}

/// The name of a history is part of a key, which MySQL limits.
fn history_name(name: &str, diagnostics: &mut Vec<Diagnostic>) {
    let message = match name.len() {
        0 => "the name of the history is empty".to_owned(),
        1..=100 if name.chars().all(|c| c.is_ascii_graphic() || c == ' ') => return,
        1..=100 => format!("the name of the history may hold printable characters of ASCII alone: {name:?}"),
        len => format!("the name of the history is too long: {len} characters, the limit is 100"),
    };
    let help = "the name of the crate is a good one";
    diagnostics.push(Diagnostic::error("bad-history-name", message).help(help));
}

/// The canonical text of a file of a migration.
fn text_of(file: &File, path: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let refusal = match &file.content {
        Content::Bytes(bytes) if bytes.len() as u64 > MAX_FILE_LEN => {
            Refusal::TooLarge { len: bytes.len() as u64 }
        }
        Content::Bytes(bytes) => match text::canonical(path, bytes) {
            Ok(text) => return Some(text),
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                return None;
            }
        },
        Content::Refused(refusal) => refusal.clone(),
        Content::Ignored => return None,
    };
    diagnostics.push(refused(path, &refusal));
    None
}

fn refused(path: &str, refusal: &Refusal) -> Diagnostic {
    let (code, message, help) = match refusal {
        Refusal::NotRegular => (
            "not-a-file",
            format!("{path} is not a regular file"),
            "a FIFO, a device or a socket is never opened; replace it with a file",
        ),
        Refusal::Leaves { target } => (
            "leaves-crate",
            format!("{path} is a symbolic link that leaves the crate, to {target}"),
            "a packaged crate would not contain the target; put the file here instead",
        ),
        Refusal::TooLarge { len } => (
            "too-large",
            format!(
                "{path} is too large: {} MiB, the limit is {} MiB",
                len.div_ceil(1 << 20),
                MAX_FILE_LEN >> 20
            ),
            "data belongs into a seed that is loaded apart from the migrations",
        ),
        Refusal::Unreadable { reason } => (
            "unreadable",
            format!("{path} cannot be read: {reason}"),
            "check its permissions and where it links to",
        ),
        Refusal::TooDeep => (
            "too-deep",
            format!("{path} is a folder where a file is expected"),
            "no layout has folders inside of a migration's folder",
        ),
        Refusal::NameNotUnicode => {
            ("name-not-unicode", format!("the name of {path} is not Unicode"), "rename the file")
        }
    };
    Diagnostic::error(code, message).at(Place::file(path)).help(help)
}

fn run_in_transaction(path: &str, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<bool> {
    match metadata::run_in_transaction(text) {
        Ok(value) => value,
        Err(error) => {
            diagnostics.push(
                Diagnostic::error("bad-metadata", error.message)
                    .at(crate::diagnostic::excerpt(path, text, error.span.start, error.span.end))
                    .help("diesel reads one key here: `run_in_transaction = true` or `false`"),
            );
            None
        }
    }
}

fn unused_ignores(ignored: &[&File], options: &Options, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &options.ignore {
        let one = std::slice::from_ref(entry);
        if !ignored.iter().any(|file| ignored_by(&file.path, one).is_some()) {
            let message = format!("`ignore` names {entry:?}, and there is no such file");
            diagnostics.push(Diagnostic::warning("unused-ignore", message).help("remove it from the list"));
        }
    }
}

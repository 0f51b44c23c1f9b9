//! Reads the files of a folder. The only module of the pure half that touches the file system; it decides
//! nothing about what it finds but whether it may be opened.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use super::{Content, File, MAX_FILE_LEN, Refusal, SourceError, always_ignored, ignored_by};
use crate::check::{Options, check};
use crate::diagnostic::{Diagnostic, Place};
use crate::lock_file;
use crate::migrations::Migrations;

impl Migrations {
    /// Reads the migration files of a folder when the program runs. The files go through the same checks as
    /// with `migrations!`, and equal files give an equal [`fingerprint`](Migrations::fingerprint).
    ///
    /// Symbolic links must stay in the folder.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the files, each with its place.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use migrate_core::{Dialect, Migrations, check::Options};
    ///
    /// let migrations = Migrations::from_dir(
    ///     "migrations",
    ///     Options::new(Dialect::Postgres).name("app").release("1.2.3").ignore(["seed.sql"]),
    /// )?;
    /// println!("{} migrations", migrations.len());
    ///
    /// // Without a name it is the history "app".
    /// let migrations = Migrations::from_dir("migrations", Dialect::Sqlite)?;
    /// # Ok::<(), migrate_core::source::SourceError>(())
    /// ```
    pub fn from_dir(path: impl AsRef<Path>, options: impl Into<Options>) -> Result<Self, SourceError> {
        let path = path.as_ref();
        let shown = shown(path);
        let options = options.into().folder(shown.clone());
        let files = read(path, path, &shown, options.ignored())?;
        check(&files, &options).into_result()
    }
}

/// Reads the files of `folder`, sorted by path, each once. `boundary` is the folder that no symbolic link may
/// leave: the crate's for the macro. `shown` is the folder as messages name it.
///
/// # Errors
///
/// The folder itself cannot be read, or lies outside the boundary.
pub fn read(
    folder: &Path,
    boundary: &Path,
    shown: &str,
    ignore: &[String],
) -> Result<Vec<File>, SourceError> {
    let failed = |error: &io::Error| {
        let message = match error.kind() {
            io::ErrorKind::NotFound => format!("the folder {shown} does not exist"),
            io::ErrorKind::NotADirectory => format!("{shown} is not a folder"),
            _ => format!("the folder {shown} cannot be read: {error}"),
        };
        let help = "create it, or name the folder that holds the migration files";
        let diagnostic = Diagnostic::error("folder-unreadable", message).at(Place::file(shown)).help(help);
        SourceError::new(vec![diagnostic])
    };
    let boundary = fs::canonicalize(boundary).map_err(|error| failed(&error))?;
    let real = fs::canonicalize(folder).map_err(|error| failed(&error))?;
    if !real.starts_with(&boundary) {
        let message = format!("the folder {shown} lies outside the crate that embeds it");
        let diagnostic = Diagnostic::error("leaves-crate", message)
            .at(Place::file(shown))
            .help("a packaged crate would not contain it; move the folder into the crate");
        return Err(SourceError::new(vec![diagnostic]));
    }
    let mut files = Vec::new();
    Walk { boundary: &boundary, ignore, open: true }
        .folder(folder, "", &mut files)
        .map_err(|error| failed(&error))?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The paths of the files of `folder` that are embedded, sorted, without opening one.
pub(super) fn list(folder: &Path, ignore: &[String]) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    let boundary = fs::canonicalize(folder)?;
    Walk { boundary: &boundary, ignore, open: false }.folder(folder, "", &mut files)?;
    files.retain(|file| !matches!(file.content, Content::Ignored) && file.path != lock_file::NAME);
    let mut paths: Vec<String> = files.into_iter().map(|file| file.path).collect();
    paths.sort();
    Ok(paths)
}

/// A folder as messages name it, with `/` on every system.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '/' { text } else { Cow::Owned(text.replace('\\', "/")) };
    text.trim_end_matches('/').to_owned()
}

struct Walk<'a> {
    boundary: &'a Path,
    ignore: &'a [String],
    /// Whether files are read, or only listed.
    open: bool,
}

impl Walk<'_> {
    /// `prefix` is empty or the folder's path with a final slash.
    fn folder(&self, folder: &Path, prefix: &str, files: &mut Vec<File>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let (name, unicode) = match name.to_str() {
                Some(name) => (Cow::Borrowed(name), true),
                None => (name.to_string_lossy(), false),
            };
            let path = format!("{prefix}{name}");
            if always_ignored(&path, &name) {
                continue;
            }
            let content = if ignored_by(&path, self.ignore).is_some() {
                Content::Ignored
            } else if !unicode {
                Content::Refused(Refusal::NameNotUnicode)
            } else {
                match self.entry(&entry.path(), &path, prefix.is_empty(), files) {
                    Ok(Some(content)) => content,
                    // A sub-folder: its files are in the list now.
                    Ok(None) => continue,
                    Err(error) => Content::Refused(Refusal::Unreadable { reason: error.to_string() }),
                }
            };
            files.push(File { path, content });
        }
        Ok(())
    }

    fn entry(
        &self,
        file: &Path,
        path: &str,
        top: bool,
        files: &mut Vec<File>,
    ) -> io::Result<Option<Content>> {
        if fs::symlink_metadata(file)?.file_type().is_symlink() {
            let target = fs::canonicalize(file)?;
            if !target.starts_with(self.boundary) {
                let target = fs::read_link(file)?.to_string_lossy().into_owned();
                return Ok(Some(Content::Refused(Refusal::Leaves { target })));
            }
        }
        // Never opens the file: a FIFO would wait for a writer.
        let metadata = fs::metadata(file)?;
        if metadata.is_dir() {
            if !top {
                return Ok(Some(Content::Refused(Refusal::TooDeep)));
            }
            self.folder(file, &format!("{path}/"), files)?;
            return Ok(None);
        }
        if !metadata.is_file() {
            return Ok(Some(Content::Refused(Refusal::NotRegular)));
        }
        if metadata.len() > MAX_FILE_LEN {
            return Ok(Some(Content::Refused(Refusal::TooLarge { len: metadata.len() })));
        }
        let mut bytes = Vec::new();
        if self.open {
            // One byte more than is allowed shows that the file grew since.
            fs::File::open(file)?.take(MAX_FILE_LEN + 1).read_to_end(&mut bytes)?;
            if bytes.len() as u64 > MAX_FILE_LEN {
                return Ok(Some(Content::Refused(Refusal::TooLarge { len: bytes.len() as u64 })));
            }
        }
        Ok(Some(Content::Bytes(Cow::Owned(bytes))))
    }
}

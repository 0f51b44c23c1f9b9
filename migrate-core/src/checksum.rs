//! Hashes: of one file in two ways, of a history, of the chain of applied rows. Nothing here reads a file.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::migrations::{Migration, Migrations};

/// A SHA-256 with the version of the rule by which its input was made. Stored and shown as `v1:` and 64 hex
/// digits, so that a later rule never mistakes an old value for its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Checksum([u8; 32]);

impl Checksum {
    /// For the macro: a checksum computed when the program was compiled.
    #[doc(hidden)]
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Checksum(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("v1:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The checksum of a file's canonical text. A missing final newline makes no difference, as editors add and
/// remove it.
#[doc(hidden)]
#[must_use]
pub fn text(canonical: &str) -> Checksum {
    let text = canonical.strip_suffix('\n').unwrap_or(canonical);
    Hasher::new("migrate text").field(text.as_bytes()).finish()
}

/// The checksum of a file's tokens: unchanged by an edit of comments or white space.
#[doc(hidden)]
#[must_use]
pub fn tokens<'a>(tokens: impl IntoIterator<Item = &'a [u8]>) -> Checksum {
    let mut hasher = Hasher::new("migrate tokens");
    // In one go: most tokens are shorter than what it costs to add them.
    let mut fields = Vec::new();
    for token in tokens {
        fields.extend_from_slice(&(token.len() as u64).to_be_bytes());
        fields.extend_from_slice(token);
    }
    hasher.0.update(&fields);
    hasher.finish()
}

/// The fingerprint of a list of migrations in file order, each given as version, checksum of its up, and
/// whether that runs in a transaction.
///
/// It is rolling: the fingerprint of a list is made from that of the list without its last element, so
/// the fingerprint of the first `k` migrations of a history is that of a history which ends there.
#[doc(hidden)]
#[must_use]
pub fn fingerprint<'a>(migrations: impl IntoIterator<Item = (&'a str, Checksum, bool)>) -> Checksum {
    migrations.into_iter().fold(start(), next)
}

/// The fingerprint of no migration at all.
pub(crate) fn start() -> Checksum {
    Hasher::new("migrate fingerprint").finish()
}

/// The fingerprint of a list, from that of the list without its last element.
pub(crate) fn next(before: Checksum, (version, checksum, transactional): (&str, Checksum, bool)) -> Checksum {
    Hasher::new("migrate fingerprint")
        .field(before.bytes())
        .field(version.as_bytes())
        // The kind. Repeatable migrations will have another.
        .field(b"versioned")
        .field(checksum.bytes())
        .field(&[u8::from(transactional)])
        .finish()
}

/// The two fingerprints of the first 0, 1, 2 … migrations: over the tokens, and over the texts.
pub(crate) fn fingerprints(migrations: &Migrations) -> Vec<(Checksum, Checksum)> {
    let mut all = Vec::with_capacity(migrations.len() + 1);
    let mut last = (start(), start());
    all.push(last);
    for migration in migrations.iter() {
        last = with(last, migration);
        all.push(last);
    }
    all
}

/// The two fingerprints of the migrations that are applied and `added`, in file order.
pub(crate) fn fingerprints_with(
    migrations: &Migrations,
    added: Migration<'_>,
    is_applied: impl Fn(&str) -> bool,
) -> (Checksum, Checksum) {
    let counts = |version: &str| version == added.version() || is_applied(version);
    migrations.iter().filter(|migration| counts(migration.version())).fold((start(), start()), with)
}

/// The two fingerprints of a list, from those of the list without its last element.
fn with((tokens, text): (Checksum, Checksum), migration: Migration<'_>) -> (Checksum, Checksum) {
    let (version, up) = (migration.version(), migration.up().data());
    (
        next(tokens, (version, up.token_checksum, up.transactional)),
        next(text, (version, up.text_checksum, up.transactional)),
    )
}

/// A hash over fields, each preceded by its length, so that no two lists of fields give the same input.
#[doc(hidden)]
#[derive(Debug)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Starts a hash for one purpose; `tag` keeps purposes apart.
    #[must_use]
    pub fn new(tag: &str) -> Self {
        let mut hasher = Hasher(Sha256::new());
        hasher.field(tag.as_bytes());
        hasher
    }

    /// Adds one field.
    pub fn field(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }

    /// The hash of all fields so far.
    #[must_use]
    pub fn finish(&self) -> Checksum {
        Checksum(self.0.clone().finalize().into())
    }
}

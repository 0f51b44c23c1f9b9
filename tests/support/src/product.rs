//! What differs between the database products, as data. The one place that says it; the rest asks here.

use crate::account::Account;
use crate::installation::Installation;
use crate::server::Server;
use std::ffi::OsString;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A database product that the tests can start: [`POSTGRES`](crate::POSTGRES) or
/// [`MARIADB`](crate::MARIADB).
pub struct Product {
    pub(crate) name: &'static str,
    /// What a developer types to install it.
    pub(crate) apt: &'static str,
    pub(crate) brew: &'static str,
    /// The users a server may run as when the tests run as root, best first.
    pub(crate) accounts: &'static [&'static str],
    /// The signal that ends the server at once and leaves nothing of it in the system.
    pub(crate) signal: &'static str,
    pub(crate) find: fn() -> Option<Installation>,
    /// The program that creates the data folder `data` in the folder.
    pub(crate) install: fn(&Installation, &Path) -> Command,
    /// Files to write into the folder before the start.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// The server's command line, for a folder and a port.
    pub(crate) serve: fn(&Installation, &Path, u16) -> Vec<OsString>,
    /// One setting of that command line. A later one wins over an earlier one.
    pub(crate) setting: fn(&str, &str) -> Vec<OsString>,
    /// The server answers.
    pub(crate) ready: fn(&Path, u16) -> bool,
    pub(crate) socket: fn(&Path, u16) -> PathBuf,
    pub(crate) client: fn(&Installation, &Path, u16, &str) -> Command,
    /// The arguments for a dump of a database without these tables.
    pub(crate) dump: fn(&Installation, &Path, u16, &str, &[&str]) -> Command,
    /// A line of a dump that differs between two dumps of the same data.
    pub(crate) noise: fn(&str) -> bool,
    /// (folder, port, database)
    pub(crate) url: fn(&Path, u16, &str) -> String,
    pub(crate) scheme: &'static str,
    /// The administrator, who needs no password.
    pub(crate) administrator: &'static str,
    /// The database that is always there.
    pub(crate) home: &'static str,
    /// Statements run once in a new server; they create the role `guest` with the password `secret`.
    pub(crate) prepare: &'static str,
    /// The following hold `{}` where the name of a database comes.
    pub(crate) create: &'static str,
    pub(crate) drop: &'static str,
    pub(crate) terminate: &'static str,
    /// Three numbers: named locks, transactions, connections.
    pub(crate) held: &'static str,
    /// What makes an interactive client print a line after the statements before it.
    pub(crate) echo: fn(&str) -> String,
    pub(crate) shared: OnceLock<Option<Server>>,
}

impl Product {
    /// The server that all test processes of this user share, started by the first that asks. It ends a few
    /// seconds after the last of them, whatever way that ended.
    ///
    /// `None` when the product is not installed: then a line on standard error says what to install.
    ///
    /// # Panics
    ///
    /// When the product is not installed and the variable `CI` is set, and when it is installed and does
    /// not start.
    pub fn shared(&'static self) -> Option<&'static Server> {
        self.shared.get_or_init(|| Some(Server::share(self, self.installation()?))).as_ref()
    }

    /// A server of the test's own, that may be crashed and needs special `settings`, by the names the
    /// server gives them: `("max_connections", "5")`. It ends when it is dropped or this process ends.
    ///
    /// `None` and panics as for [`Product::shared`].
    pub fn private(&'static self, settings: &[(&str, &str)]) -> Option<Server> {
        Some(Server::start(self, self.installation()?, settings, Account::parent))
    }

    /// The same with its data in memory where the system has a folder for that: for a test that makes and drops
    /// thousands of tables, each of which is a file.
    ///
    /// `None` and panics as for [`Product::shared`].
    pub fn private_in_memory(&'static self, settings: &[(&str, &str)]) -> Option<Server> {
        Some(Server::start(self, self.installation()?, settings, Account::parent_in_memory))
    }

    fn installation(&self) -> Option<Installation> {
        let found = (self.find)();
        if found.is_none() {
            let name = self.name;
            let line =
                format!("{name} is not installed; install it with `{}`, on macOS `{}`", self.apt, self.brew);
            let strict = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
            assert!(!strict, "{line}; with CI set no test may be skipped");
            // Not eprintln!, which the test harness swallows. Once per process and product.
            static SAID: [OnceLock<()>; 2] = [OnceLock::new(), OnceLock::new()];
            SAID[usize::from(name == "postgres")].get_or_init(|| {
                let _ = writeln!(std::io::stderr(), "SKIPPED: tests that need a server: {line}");
            });
        }
        found
    }
}

impl fmt::Debug for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Product").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Strings as one command line.
pub(crate) fn words<const N: usize>(words: [&str; N]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// Percent-encodes everything but letters, digits and `-._`, for any part of a URL.
pub(crate) fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut url, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => url.push(char::from(byte)),
            other => url.push_str(&format!("%{other:02X}")),
        }
        url
    })
}

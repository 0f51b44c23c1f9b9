//! One database on a server, seen through the product's own command-line programs.

use crate::product::encode;
use crate::server::Address;
use crate::shell::Shell;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A database. One that [`Server::database`](crate::Server::database) made is dropped with this value.
#[derive(Debug)]
pub struct Database {
    pub(crate) address: Arc<Address>,
    name: String,
    owned: bool,
}

/// What clients hold in one database, apart from the connection that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Advisory locks on Postgres, `GET_LOCK` locks on MariaDB; both held and waited for.
    pub named_locks: u64,
    /// Open transactions: on Postgres all, the prepared ones too; on MariaDB those that have touched a table.
    pub transactions: u64,
    /// Open connections. A pool that is kept has some without holding anything else.
    pub connections: u64,
}

impl Database {
    pub(crate) fn create(address: Arc<Address>, prefix: &str) -> Database {
        let name = unique(prefix);
        let created = Database::open(Arc::clone(&address), address.product.home)
            .run(&address.product.create.replace("{}", &name));
        assert!(created.is_ok(), "the database {name} was not created: {created:?}");
        Database { address, name, owned: true }
    }

    pub(crate) fn open(address: Arc<Address>, name: &str) -> Database {
        Database { address, name: name.to_owned(), owned: false }
    }

    /// Its name, of letters, digits and underscores.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL through the server's socket, as sqlx reads it; on Postgres also as `psql` does.
    pub fn url(&self) -> String {
        (self.address.product.url)(&self.address.folder, self.address.port, &self.name)
    }

    /// The URL through TCP on 127.0.0.1.
    pub fn tcp_url(&self) -> String {
        self.url_at(self.address.port)
    }

    /// The URL through another port of 127.0.0.1, where a [`Proxy`](crate::wire::Proxy) or a pooler listens.
    pub fn url_at(&self, port: u16) -> String {
        let product = self.address.product;
        let name = encode(&self.name);
        format!("{}://{}@127.0.0.1:{port}/{name}", product.scheme, product.administrator)
    }

    /// The URL through TCP of the administrator `guest`, whose password `secret` the server checks.
    pub fn password_url(&self) -> String {
        let product = self.address.product;
        format!("{}://guest:secret@127.0.0.1:{}/{}", product.scheme, self.address.port, encode(&self.name))
    }

    /// The socket of its server.
    pub fn socket(&self) -> PathBuf {
        (self.address.product.socket)(&self.address.folder, self.address.port)
    }

    /// The port of its server.
    pub fn port(&self) -> u16 {
        self.address.port
    }

    /// `postgres` or `mysql`, as a URL begins.
    pub fn scheme(&self) -> &'static str {
        self.address.product.scheme
    }

    /// Runs a script with `psql` or `mariadb`, as a file: statement by statement, each committed by itself,
    /// up to the first error. Rows come without headings, columns separated by `|` or a tab.
    ///
    /// # Errors
    ///
    /// What the program printed as its error, the server's message in it.
    pub fn run(&self, script: &str) -> Result<String, String> {
        let mut child = self
            .client()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            // Beside the reading: a long script and a long answer fill both pipes.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(script.as_bytes())));
            child.wait_with_output()
        })
        .map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// [`Database::run`] for a file.
    ///
    /// # Errors
    ///
    /// As `run`, and when the file cannot be read.
    pub fn run_file(&self, file: impl AsRef<Path>) -> Result<String, String> {
        let file = file.as_ref();
        let script = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        self.run(&script)
    }

    /// The answer to a query, without white space around it.
    ///
    /// # Panics
    ///
    /// When the server refuses it, with the server's message.
    pub fn ask(&self, query: &str) -> String {
        match self.run(query) {
            Ok(answer) => answer.trim().to_owned(),
            Err(error) => panic!("{query}\n{error}"),
        }
    }

    /// An open connection that keeps its state between statements: a lock, a transaction, a setting.
    pub fn shell(&self) -> Shell {
        Shell::open(self.client(), self.address.product.echo)
    }

    /// Schema and rows as SQL, without the tables named in `without` (on Postgres a pattern is allowed).
    /// Two dumps of equal databases are equal.
    ///
    /// # Panics
    ///
    /// When the dump fails, with the reason.
    pub fn dump(&self, without: &[&str]) -> String {
        let address = &self.address;
        let mut command =
            (address.product.dump)(&address.installation, &address.folder, address.port, &self.name, without);
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?} failed: {said}");
        let noise = address.product.noise;
        let dump = String::from_utf8_lossy(&output.stdout);
        dump.split_inclusive('\n').filter(|line| !noise(line)).collect()
    }

    /// Ends every other connection to this database from the server's side, and says how many.
    pub fn terminate_connections(&self) -> u64 {
        let answer = self.elsewhere().ask(&self.filled(self.address.product.terminate));
        answer.parse().unwrap_or_else(|_| panic!("not a number: {answer}"))
    }

    /// What clients hold in this database now.
    pub fn held(&self) -> Held {
        let answer = self.elsewhere().ask(&self.filled(self.address.product.held));
        let numbers: Vec<u64> = answer.split(' ').filter_map(|number| number.parse().ok()).collect();
        match numbers[..] {
            [named_locks, transactions, connections] => Held { named_locks, transactions, connections },
            _ => panic!("not three numbers: {answer}"),
        }
    }

    fn client(&self) -> Command {
        let address = &self.address;
        (address.product.client)(&address.installation, &address.folder, address.port, &self.name)
    }

    /// Who looks or kills from another database is not counted or killed.
    fn elsewhere(&self) -> Database {
        Database::open(Arc::clone(&self.address), self.address.product.home)
    }

    fn filled(&self, template: &str) -> String {
        template.replace("{}", &self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.owned {
            // What remains, where the server was crashed for instance, goes with the server.
            let _ = self.elsewhere().run(&self.filled(self.address.product.drop));
        }
    }
}

/// At most 63 bytes, which is what Postgres keeps of a name.
fn unique(prefix: &str) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let letters =
        prefix.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    let prefix: String = letters.take(24).collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    let (process, number) = (std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    format!("t_{prefix}_{now:x}_{process:x}_{number:x}")
}

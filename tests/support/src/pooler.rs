//! PgBouncer before a Postgres server, as hosting providers put it there.

use crate::account::Account;
use crate::database::Database;
use crate::installation;
use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A running pooler on a free port of 127.0.0.1. It ends when it is dropped or this process ends.
#[derive(Debug)]
pub struct Pooler {
    child: Child,
    port: u16,
    folder: PathBuf,
}

/// Ends the pooler when our end of the pipe is gone, whatever way that happened.
const SCRIPT: &str = "\"$1\" -q \"$2\" & read -r _; kill -s INT $! 2>/dev/null; wait $!";

impl Pooler {
    /// PgBouncer before the server of `database`. `mode` is `transaction`, `session` or `statement`;
    /// `connections` is the number of connections to the server that it shares out.
    ///
    /// `None` when it is not installed: then a line on standard error says what to install.
    ///
    /// # Panics
    ///
    /// When it is not installed and the variable `CI` is set, and when it is installed and does not start.
    pub fn pgbouncer(database: &Database, mode: &str, connections: usize) -> Option<Pooler> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let folders = installation::folders("MIGRATE_TEST_PGBOUNCER_BIN", &["/usr/sbin", "/usr/local/bin"]);
        let Some(program) = installation::program(&["pgbouncer"], &folders) else {
            let line = "pgbouncer is not installed; install it with `apt-get install pgbouncer`";
            let strict = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
            assert!(!strict, "{line}; with CI set no test may be skipped");
            let _ = writeln!(std::io::stderr(), "SKIPPED: tests that need a pooler: {line}");
            return None;
        };
        let account = Account::choose(&["postgres", "nobody"]);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let folder = account.parent().join(format!("migrate-pooler-{}-{number}", std::process::id()));
        // Left by a process that had this number before.
        let _ = fs::remove_dir_all(&folder);
        fs::DirBuilder::new().mode(0o755).create(&folder).expect("the temp folder can be written");
        let mut attempts = 0;
        loop {
            attempts += 1;
            let port = TcpListener::bind(("127.0.0.1", 0))
                .and_then(|listener| listener.local_addr())
                .expect("127.0.0.1 has a free port")
                .port();
            let settings = format!(
                "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
                 listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\n\
                 default_pool_size = {connections}\nignore_startup_parameters = extra_float_digits\n",
                database.port()
            );
            fs::write(folder.join("pgbouncer.ini"), settings).expect("the pooler's folder can be written");
            let mut command = account.command(Command::new("sh"));
            command.args(["-c", SCRIPT, "sh"]).arg(&program).arg(folder.join("pgbouncer.ini"));
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            let child = command.spawn().expect("sh starts");
            let pooler = Pooler { child, port, folder: folder.clone() };
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(10) {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return Some(pooler);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            // Somebody else may have taken the port between our look and the pooler's.
            assert!(attempts < 3, "pgbouncer did not start with the settings in {}", folder.display());
            pooler.end();
        }
    }

    /// The URL that leads to a database through this pooler.
    pub fn url(&self, database: &Database) -> String {
        database.url_at(self.port)
    }

    fn end(mut self) {
        self.stop();
        // The folder serves the next attempt.
        self.folder = PathBuf::new();
    }

    fn stop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

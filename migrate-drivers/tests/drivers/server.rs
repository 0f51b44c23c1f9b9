//! Private servers for this binary: on a socket in a temporary folder, as a user who is not root, killed when
//! this process ends, however it ends.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// Makes the data folder, starts the server in the background, waits until it answers, says so, and kills the
/// server when the pipe from the parent closes.
const GUARD: &str = r#"
set -e
cd "$dir"
sh -c "$init" >init.log 2>&1 || { echo "init failed: $(tail -5 init.log)"; rm -rf "$dir"; exit 1; }
sh -c "exec $start" >server.log 2>&1 </dev/null &
server=$!
tries=0
until sh -c "$probe" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ $tries -gt 300 ]; then echo "no answer: $(tail -5 server.log)"; kill -9 $server; rm -rf "$dir"; exit 1; fi
    sleep 0.1
done
echo ready
cat >/dev/null || true
kill -9 $server 2>/dev/null || true
wait $server 2>/dev/null || true
rm -rf "$dir"
"#;

struct Server {
    // Its stdin is the pipe whose end stops the server. Never dropped: it closes with the process.
    _guard: Child,
    url: String,
}

/// The URL of a database on a private PostgreSQL server, where one is installed. The user `locked` needs the
/// password `right`.
#[cfg(feature = "postgres")]
pub(crate) fn postgres() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        let bin = installed("PostgreSQL", "initdb", "/usr/lib/postgresql")?;
        let dir = folder();
        let d = dir.display();
        let b = bin.display();
        start(
            "PostgreSQL",
            &dir,
            &format!("{b}/initdb -D {d}/data -U owner -A trust --no-sync -E UTF8 --locale=C && (echo 'local all locked scram-sha-256' && cat {d}/data/pg_hba.conf) > {d}/hba && mv {d}/hba {d}/data/pg_hba.conf"),
            &format!("{b}/postgres -D {d}/data -k {d} -c listen_addresses= -c fsync=off"),
            &format!("{b}/psql -h {d} -U owner -d postgres -c \"CREATE USER locked PASSWORD 'right'\""),
            format!("postgres://owner@localhost/postgres?host={d}"),
        )
    });
    server.as_ref().map(|server| server.url.clone())
}

/// The URL of a database on a private MariaDB server, where one is installed. The user `locked` needs the
/// password `right`.
#[cfg(feature = "mysql")]
pub(crate) fn mariadb() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        installed("MariaDB", "mariadbd", "/usr/sbin")?;
        let dir = folder();
        let d = dir.display();
        start(
            "MariaDB",
            &dir,
            &format!("mariadb-install-db --no-defaults --datadir={d}/data --auth-root-authentication-method=normal --skip-test-db"),
            &format!("mariadbd --no-defaults --datadir={d}/data --socket={d}/sock --pid-file={d}/pid --skip-networking --innodb-flush-log-at-trx-commit=0"),
            &format!("mariadb --no-defaults --socket={d}/sock -u root -e \"CREATE DATABASE drivers; CREATE USER locked@localhost IDENTIFIED BY 'right'; GRANT ALL ON drivers.* TO locked@localhost\""),
            format!("mysql://root@localhost/drivers?socket={d}/sock"),
        )
    });
    server.as_ref().map(|server| server.url.clone())
}

fn start(name: &str, dir: &Path, init: &str, start: &str, probe: &str, url: String) -> Option<Server> {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "sh", "-c", GUARD]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", GUARD]);
        command
    };
    let mut guard = command
        .env("dir", dir)
        .env("init", init)
        .env("start", start)
        .env("probe", probe)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the guard of a server starts");
    let mut line = String::new();
    let stdout = guard.stdout.take().expect("stdout is piped");
    BufReader::new(stdout).read_line(&mut line).expect("the guard speaks");
    assert_eq!(line.trim(), "ready", "{name} did not start");
    Some(Server { _guard: guard, url })
}

/// The folder of a program: on the path, or below a folder of versions. Loud when there is none.
fn installed(name: &str, program: &str, versions: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = Vec::new();
    if let Ok(entries) = std::fs::read_dir(versions) {
        places.extend(entries.flatten().map(|entry| entry.path().join("bin")));
    }
    places.extend(std::env::split_paths(&path));
    places.push(PathBuf::from(versions));
    let found = places.into_iter().find(|place| place.join(program).exists());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{name} is not installed, and CI must not skip its tests");
        eprintln!("\n=== SKIPPED: {name} is not installed ({program}); its tests did not run ===\n");
    }
    found
}

fn folder() -> PathBuf {
    let dir = tempfile::Builder::new().prefix("drv").tempdir_in("/tmp").expect("a folder").keep();
    if is_root() {
        let done = Command::new("chown").arg("nobody").arg(&dir).status().expect("chown runs");
        assert!(done.success());
    }
    dir
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0)
}

//! PostgreSQL, as data.

use crate::installation::{self, Installation};
use crate::product::{Product, encode, words};
use crate::server::Server;
use std::ffi::OsString;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// PostgreSQL, from `PATH` or where packages put it (highest version), or from `MIGRATE_TEST_PG_BIN` alone.
pub static POSTGRES: Product = Product {
    name: "postgres",
    apt: "apt-get install postgresql",
    brew: "brew install postgresql",
    accounts: &["postgres", "nobody"],
    // Immediate shutdown. SIGKILL would leave the shared memory segment behind for good.
    signal: "QUIT",
    find,
    install,
    // Trust, but for the one role that tests with a password use. The folder's own permissions guard the rest.
    files: &[(
        "access.conf",
        "local all all trust\nhost all guest 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n",
    )],
    serve,
    setting: |name, value| words(["-c", &format!("{name}={value}")]),
    ready,
    socket: |folder, port| folder.join(format!(".s.PGSQL.{port}")),
    client: |installation, folder, port, database| {
        let mut psql = command(&installation.client, folder, port, database);
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
        psql
    },
    dump: |installation, folder, port, database, without| {
        let mut dump = command(&installation.dump, folder, port, database);
        dump.args(["--inserts", "--no-owner"]);
        dump.args(without.iter().map(|table| format!("--exclude-table={table}")));
        dump
    },
    // Since the releases of August 2025 a dump is bracketed by these, with a random key.
    noise: |line| line.starts_with("\\restrict ") || line.starts_with("\\unrestrict "),
    url: |folder, port, database| {
        format!("postgres://postgres@{}:{port}/{}", encode(&folder.to_string_lossy()), encode(database))
    },
    scheme: "postgres",
    administrator: "postgres",
    home: "postgres",
    prepare: "CREATE ROLE guest SUPERUSER LOGIN PASSWORD 'secret'",
    create: "CREATE DATABASE {} TEMPLATE template0",
    drop: "DROP DATABASE IF EXISTS {} WITH (FORCE)",
    terminate: "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = '{}' AND pid <> pg_backend_pid()",
    held: "SELECT concat_ws(' ',
        (SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE d.datname = '{}' AND l.locktype = 'advisory'),
        (SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND backend_type = 'client backend'
            AND xact_start IS NOT NULL AND pid <> pg_backend_pid())
            + (SELECT count(*) FROM pg_prepared_xacts WHERE database = '{}'),
        (SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND backend_type = 'client backend'
            AND pid <> pg_backend_pid()))",
    echo: |line| format!("\n\\echo {line}\n"),
    shared: OnceLock::new(),
};

/// The PostgreSQL server that the tests share; see [`Product::shared`].
pub fn postgres() -> Option<&'static Server> {
    POSTGRES.shared()
}

fn find() -> Option<Installation> {
    let usual = [
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/usr/local/pgsql/bin",
        "/opt/homebrew/opt/postgresql@*/bin",
        "/opt/homebrew/bin",
        "/usr/local/opt/postgresql@*/bin",
        "/usr/local/bin",
    ];
    let folders = installation::folders("MIGRATE_TEST_PG_BIN", &usual);
    // All four from one folder: pg_dump refuses a server that is newer than itself.
    folders.iter().find_map(|folder| {
        let program = |name| installation::program(&[name], std::slice::from_ref(folder));
        Some(Installation {
            server: program("postgres")?,
            installer: program("initdb")?,
            client: program("psql")?,
            dump: program("pg_dump")?,
        })
    })
}

fn install(installation: &Installation, folder: &Path) -> Command {
    let mut initdb = Command::new(&installation.installer);
    initdb.arg("-D").arg(folder.join("data"));
    initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
    initdb
}

fn serve(installation: &Installation, folder: &Path, port: u16) -> Vec<OsString> {
    let access = folder.join("access.conf");
    let mut line = vec![OsString::from(&installation.server), "-D".into(), folder.join("data").into()];
    for (name, value) in [
        ("hba_file", &*access.to_string_lossy()),
        ("unix_socket_directories", &folder.to_string_lossy()),
        ("listen_addresses", "127.0.0.1"),
        ("port", &port.to_string()),
        // Nothing here outlives the run: to the system at commit, never to the disk.
        ("fsync", "off"),
        ("full_page_writes", "off"),
        ("max_connections", "300"),
        ("max_prepared_transactions", "20"),
        ("timezone", "UTC"),
        ("log_min_messages", "warning"),
    ] {
        line.extend(words(["-c", &format!("{name}={value}")]));
    }
    line
}

/// The eighth line of `postmaster.pid` is the server's own word for it. After a power cut the file may be
/// there without a server, so that the socket is asked too.
fn ready(folder: &Path, port: u16) -> bool {
    std::fs::read_to_string(folder.join("data/postmaster.pid")).is_ok_and(|file| {
        file.lines().nth(7).is_some_and(|status| ["ready", "standby"].contains(&status.trim()))
    }) && UnixStream::connect((POSTGRES.socket)(folder, port)).is_ok()
}

fn command(program: &Path, folder: &Path, port: u16, database: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command.arg("-h").arg(folder).args(["-p", &port.to_string(), "-U", "postgres", "-d", database]);
    command.env("PGCONNECT_TIMEOUT", "30").env("PGCLIENTENCODING", "UTF8");
    command
}

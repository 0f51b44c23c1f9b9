//! The servers start, are kept apart, and go with the processes that use them.

use migrate_test_support::{Held, MARIADB, POSTGRES, Product};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PRODUCTS: [&Product; 2] = [&POSTGRES, &MARIADB];

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(40), "waited too long: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_new_database_is_empty_and_is_dropped_at_the_end() {
    for product in PRODUCTS {
        let Some(server) = product.shared() else { continue };
        let database = server.database("New-Database");
        let count = format!(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema IN ('public', '{}')",
            database.name()
        );
        assert_eq!(database.ask(&count), "0");
        database.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (7)").unwrap();
        assert_eq!(database.ask("SELECT id FROM t"), "7");

        let name = database.name().to_owned();
        let catalog = if database.scheme() == "postgres" {
            format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")
        } else {
            format!("SELECT count(*) FROM information_schema.schemata WHERE schema_name = '{name}'")
        };
        assert_eq!(server.home().ask(&catalog), "1");
        // A client that is still connected does not prevent it.
        let mut other = database.shell();
        other.run("BEGIN; SELECT * FROM t").unwrap();
        drop(database);
        assert_eq!(server.home().ask(&catalog), "0");
    }
}

#[test]
fn an_error_is_the_servers_own_message() {
    for product in PRODUCTS {
        let Some(server) = product.shared() else { continue };
        let error = server.database("errors").run("SELECT 1; SELECT * FROM nowhere").unwrap_err();
        assert!(error.contains("nowhere"), "{error}");
    }
}

#[test]
fn a_script_is_run_statement_by_statement() {
    for product in PRODUCTS {
        let Some(server) = product.shared() else { continue };
        let database = server.database("script");
        database
            .run("CREATE TABLE a (id int); CREATE TABLE a (id int); CREATE TABLE b (id int)")
            .unwrap_err();
        database.run("SELECT * FROM a").unwrap();
        database.run("SELECT * FROM b").unwrap_err();
    }
}

#[test]
fn long_scripts_and_long_answers_pass() {
    for product in PRODUCTS {
        let Some(server) = product.shared() else { continue };
        let database = server.database("long");
        let line = "SELECT 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx';\n";
        assert_eq!(database.run(&line.repeat(5_000)).unwrap().lines().count(), 5_000);
    }
}

#[test]
fn held_counts_locks_transactions_and_connections_of_this_database_alone() {
    for product in PRODUCTS {
        let Some(server) = product.shared() else { continue };
        let (database, other) = (server.database("held"), server.database("other"));
        let nothing = Held { named_locks: 0, transactions: 0, connections: 0 };
        assert_eq!(database.held(), nothing);
        database.run("CREATE TABLE t (id int); INSERT INTO t VALUES (1)").unwrap();

        let mut shell = database.shell();
        let lock = if database.scheme() == "postgres" {
            "SELECT pg_advisory_lock(42)"
        } else {
            "SELECT GET_LOCK('held-test', 0)"
        };
        shell.run(lock).unwrap();
        assert_eq!(database.held(), Held { named_locks: 1, transactions: 0, connections: 1 });
        shell.run("BEGIN; UPDATE t SET id = 2").unwrap();
        assert_eq!(database.held(), Held { named_locks: 1, transactions: 1, connections: 1 });
        assert_eq!(other.held(), nothing);

        drop(shell);
        wait_until("the connection ends", || database.held() == nothing);
        assert_eq!(database.ask("SELECT id FROM t"), "1");
    }
}

#[test]
fn a_prepared_transaction_is_held_without_a_connection() {
    let Some(server) = POSTGRES.shared() else { return };
    let database = server.database("prepared");
    database.run("BEGIN; CREATE TABLE t (id int); PREPARE TRANSACTION 'held-prepared'").unwrap();
    wait_until("the connection ends", || database.held().connections == 0);
    assert_eq!(database.held().transactions, 1);
    database.run("ROLLBACK PREPARED 'held-prepared'").unwrap();
    assert_eq!(database.held().transactions, 0);
}

#[test]
fn connections_are_terminated_in_this_database_alone() {
    for product in PRODUCTS {
        let Some(server) = product.shared() else { continue };
        let (database, other) = (server.database("killed"), server.database("other"));
        let mut shells = [database.shell(), database.shell()];
        for shell in &mut shells {
            shell.run("SELECT 1").unwrap();
        }
        let mut bystander = other.shell();
        bystander.run("SELECT 1").unwrap();
        assert_eq!(database.terminate_connections(), 2);
        assert_eq!(database.terminate_connections(), 0);
        for shell in &mut shells {
            shell.run("SELECT 1").unwrap_err();
        }
        assert_eq!(bystander.run("SELECT 1").unwrap().trim(), "1");
    }
}

#[test]
fn two_dumps_of_equal_databases_are_equal() {
    let script =
        "CREATE TABLE a (id int PRIMARY KEY, name varchar(20)); INSERT INTO a VALUES (1, 'x'), (2, 'y');
        CREATE TABLE ours (id int)";
    for product in PRODUCTS {
        let Some(server) = product.shared() else { continue };
        let databases = [server.database("dump"), server.database("dump")];
        for database in &databases {
            database.run(script).unwrap();
        }
        databases[1].run("INSERT INTO ours VALUES (1)").unwrap();
        assert_ne!(databases[0].dump(&[]), databases[1].dump(&[]));
        let dump = databases[0].dump(&["ours"]);
        assert_eq!(dump, databases[1].dump(&["ours"]));
        assert!(dump.contains("'y'") && !dump.contains("ours"), "{dump}");
    }
}

#[test]
fn every_url_leads_to_the_database() {
    let Some(server) = POSTGRES.shared() else { return };
    let database = server.database("urls");
    for url in [database.url(), database.tcp_url(), database.password_url()] {
        let mut psql = Command::new("psql");
        let output = psql.args(["-XAtc", "SELECT current_database()", &url]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), database.name(), "{url}: {said}");
    }
    let wrong = database.password_url().replace("secret", "wrong");
    assert!(!Command::new("psql").args(["-XAtc", "SELECT 1", &wrong]).output().unwrap().status.success());
}

#[test]
fn mariadb_checks_the_password_of_the_guest_on_tcp() {
    let Some(server) = MARIADB.shared() else { return };
    let connect = |user: &str, password: &str| {
        let port = format!("--port={}", server.port());
        let mut client = Command::new("mariadb");
        client.args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", &port]);
        client.args([format!("--user={user}"), format!("--password={password}")]).args(["-e", "SELECT 1"]);
        client.output().unwrap().status.success()
    };
    assert!(connect("root", ""));
    assert!(connect("guest", "secret"));
    assert!(!connect("guest", "wrong"));
}

#[test]
fn the_server_runs_as_an_ordinary_user() {
    for product in PRODUCTS {
        let Some(server) = product.shared() else { continue };
        let owner = std::fs::metadata(server.socket()).unwrap().uid();
        assert_ne!(owner, 0, "the socket of {product:?} belongs to root");
    }
}

#[test]
fn a_private_server_takes_settings_and_survives_a_crash() {
    for product in PRODUCTS {
        let Some(server) = product.private(&[("max_connections", "23")]) else { continue };
        let limit = if server.home().scheme() == "postgres" {
            "SHOW max_connections"
        } else {
            "SELECT @@global.max_connections"
        };
        assert_eq!(server.home().ask(limit), "23");

        let database = server.database("crash");
        database.run("CREATE TABLE t (id int)").unwrap();
        let mut shell = database.shell();
        shell.run("SELECT 1").unwrap();
        server.crash();
        assert!(UnixStream::connect(server.socket()).is_err());
        shell.run("SELECT 1").unwrap_err();
        database.run("SELECT 1").unwrap_err();
        server.restart();
        database.run("SELECT * FROM t").unwrap();

        let folder = server.folder().to_owned();
        drop((database, server));
        assert!(!folder.exists());
    }
}

/// Another process that uses a server.
struct Other {
    child: Child,
    port: u16,
    socket: PathBuf,
    folder: PathBuf,
}

impl Other {
    fn start(product: &str, manner: &str, instance: &str) -> Option<Other> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_migrate-test-hold"))
            .args([product, manner])
            .env("MIGRATE_TEST_INSTANCE", instance)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut words = line.split_whitespace();
        let Some(port) = words.next() else {
            child.wait().unwrap();
            return None;
        };
        let (socket, folder) = (words.next().unwrap().into(), words.next().unwrap().into());
        Some(Other { child, port: port.parse().unwrap(), socket, folder })
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn nothing_remains(socket: &Path, folder: &Path, pid: &str) {
    wait_until("the server ends", || UnixStream::connect(socket).is_err() && !folder.exists());
    let gone = folder.file_name().unwrap().to_string_lossy().into_owned() + ".gone";
    wait_until("its folder is removed", || {
        let mut names = folder.parent().unwrap().read_dir().unwrap().flatten().map(|entry| entry.file_name());
        !names.any(|name| name.to_string_lossy().starts_with(&gone))
    });
    wait_until("its process ends", || {
        let script = "kill -s 0 \"$1\" 2>/dev/null";
        !Command::new("sh").args(["-c", script, "sh", pid]).status().unwrap().success()
    });
}

#[test]
fn a_private_server_is_gone_after_its_process_is_killed() {
    for product in ["postgres", "mariadb"] {
        let Some(mut other) = Other::start(product, "private", "") else { continue };
        let pid = std::fs::read_to_string(other.folder.join("pid")).unwrap();
        UnixStream::connect(&other.socket).unwrap();
        other.kill();
        nothing_remains(&other.socket, &other.folder, pid.trim());
    }
}

#[test]
fn processes_share_a_server_that_ends_with_the_last_of_them() {
    for product in ["postgres", "mariadb"] {
        let instance = format!("sharing-{}", std::process::id());
        let mut others: Vec<Other> = std::thread::scope(|scope| {
            let start = || Other::start(product, "shared", &instance);
            let starting: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            starting.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
        });
        let Some(mut last) = others.pop() else { continue };
        let pid = std::fs::read_to_string(last.folder.join("pid")).unwrap();
        // The one that started it is among these.
        for other in &mut others {
            assert_eq!((other.port, &other.folder), (last.port, &last.folder));
            other.kill();
        }
        // Longer than a server stays without a user.
        std::thread::sleep(Duration::from_secs(4));
        UnixStream::connect(&last.socket).unwrap();
        let late = Other::start(product, "shared", &instance).unwrap();
        assert_eq!(late.port, last.port);
        last.kill();
        drop(late);
        nothing_remains(&last.socket, &last.folder, pid.trim());
    }
}

#[test]
fn a_shared_server_that_died_is_replaced() {
    for product in ["postgres", "mariadb"] {
        let instance = format!("dying-{}", std::process::id());
        let Some(first) = Other::start(product, "shared", &instance) else { continue };
        let pid = std::fs::read_to_string(first.folder.join("pid")).unwrap();
        let script = "kill -s QUIT \"$1\"; kill -s KILL \"$1\"";
        Command::new("sh").args(["-c", script, "sh", pid.trim()]).status().unwrap();
        wait_until("the server dies", || first.folder.join("ended").exists());
        let mut second = Other::start(product, "shared", &instance).unwrap();
        UnixStream::connect(&second.socket).unwrap();
        drop(first);

        // Its keeper alone can be killed too.
        let keeper = std::fs::read_to_string(second.folder.join("keeper")).unwrap();
        let pid = std::fs::read_to_string(second.folder.join("pid")).unwrap();
        Command::new("sh").args(["-c", "kill -s KILL \"$1\"", "sh", keeper.trim()]).status().unwrap();
        second.kill();
        let mut third = Other::start(product, "shared", &instance).unwrap();
        assert_ne!(std::fs::read_to_string(third.folder.join("pid")).unwrap(), pid);
        third.kill();
        nothing_remains(&third.socket, &third.folder, pid.trim());
    }
}

#[test]
fn a_missing_server_is_said_aloud_and_is_an_error_under_ci() {
    let hold = |ci: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_migrate-test-hold"));
        command.args(["postgres", "shared"]).env("MIGRATE_TEST_PG_BIN", "/nonexistent").env("CI", ci);
        command.output().unwrap()
    };
    let skipped = hold("");
    let said = String::from_utf8_lossy(&skipped.stderr).into_owned();
    assert!(skipped.status.success(), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("apt-get install postgresql"), "{said}");
    assert!(!hold("true").status.success());
}

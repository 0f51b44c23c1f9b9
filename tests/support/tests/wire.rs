//! The proxy sees what the products' own clients say, whose protocol nobody here wrote.

use migrate_test_support::wire::{Proxy, Target};
use migrate_test_support::{Database, mariadb, postgres};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output};

fn psql(url: &str, commands: &[&str]) -> Output {
    let mut psql = Command::new("psql");
    psql.args(["-X", "-A", "-t", "-d", url]);
    psql.args(commands.iter().flat_map(|command| ["-c", command]));
    psql.output().unwrap()
}

fn mariadb_client(proxy: &Proxy, database: &Database, script: &str) -> Output {
    let mut client = Command::new("mariadb");
    client.args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--user=root", "-N", "-B"]);
    client.arg(format!("--port={}", proxy.port())).args([database.name(), "-e", script]);
    client.output().unwrap()
}

#[test]
fn psql_sends_one_message_for_each_of_its_commands() {
    let Some(server) = postgres() else { return };
    let database = server.database("wire");
    let proxy = Proxy::before(&database);
    let output = psql(&proxy.url(&database), &["SELECT 1; SELECT 2", "SELECT 3"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n2\n3\n");

    let messages = proxy.messages();
    let kinds: Vec<_> = messages.iter().map(|m| m.kind).filter(|kind| !kind.ends_with("Request")).collect();
    assert_eq!(kinds, ["Startup", "Query", "Query", "Terminate"]);
    let texts: Vec<_> = messages.iter().filter(|m| m.kind == "Query").map(|m| &*m.text).collect();
    assert_eq!(texts, ["SELECT 1; SELECT 2", "SELECT 3"]);

    proxy.clear();
    assert!(psql(&proxy.url(&database), &["SELECT 4"]).status.success());
    assert_eq!(proxy.messages().last().map(|m| m.connection), Some(proxy.connections() - 1));
    assert!(proxy.messages().iter().all(|m| m.text != "SELECT 3"));
}

#[test]
fn the_extended_protocol_of_postgres_is_several_messages_and_one_round_trip() {
    let Some(server) = postgres() else { return };
    let database = server.database("extended");
    let proxy = Proxy::postgres(Target::Port(database.port()));
    let script = std::env::temp_dir().join(format!("{}.sql", database.name()));
    std::fs::write(&script, "SELECT 6 * 7;\n").unwrap();
    let bench = database_program("pgbench");
    let Some(mut bench) = bench else { return };
    bench.args(["-n", "-M", "extended", "-t", "1", "-h", "127.0.0.1", "-U", "postgres", "-f"]);
    bench.arg(&script).args(["-p", &proxy.port().to_string(), database.name()]);
    let output = bench.output().unwrap();
    std::fs::remove_file(&script).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let messages = proxy.messages();
    let at = messages.iter().position(|m| m.kind == "Parse").expect("a statement was parsed");
    assert_eq!(messages[at].text, "SELECT 6 * 7;");
    let kinds: Vec<_> = messages[at..at + 5].iter().map(|m| m.kind).collect();
    assert_eq!(kinds, ["Parse", "Bind", "Describe", "Execute", "Sync"]);
    assert_eq!(messages[at..at + 5].iter().filter(|m| m.waits).count(), 1);
}

/// A program beside the server's, which Debian keeps out of `PATH`.
fn database_program(name: &str) -> Option<Command> {
    let folders = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let files = folders.flatten().map(|version| version.path().join("bin").join(name));
    files.filter(|file| file.is_file()).max().map(Command::new)
}

#[test]
fn a_password_passes_and_is_not_kept() {
    let Some(server) = postgres() else { return };
    let database = server.database("password");
    let proxy = Proxy::postgres(Target::Port(database.port()));
    let url =
        database.password_url().replace(&format!(":{}/", database.port()), &format!(":{}/", proxy.port()));
    assert!(psql(&url, &["SELECT 1"]).status.success());
    let kinds = proxy.kinds();
    assert!(kinds.contains(&"Password"), "{kinds:?}");
    assert!(proxy.messages().iter().all(|m| m.kind == "Query" || m.text.is_empty()));
}

#[test]
fn the_commands_of_the_mariadb_client_are_seen_with_their_text() {
    let Some(server) = mariadb() else { return };
    let database = server.database("wire");
    let proxy = Proxy::before(&database);
    let output = mariadb_client(&proxy, &database, "SELECT 1; PREPARE s FROM 'SELECT 2'; EXECUTE s");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n2\n");

    // The client does not wait for an answer to its last command, and may be gone before the proxy has seen it.
    let quit = || proxy.messages().last().is_some_and(|m| m.kind == "COM_QUIT");
    for _ in 0..200 {
        if quit() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let messages = proxy.messages();
    assert_eq!(messages.first().map(|m| m.kind), Some("Login"));
    assert_eq!(messages.last().map(|m| m.kind), Some("COM_QUIT"));
    let queries: Vec<_> = messages.iter().filter(|m| m.kind == "COM_QUERY").map(|m| &*m.text).collect();
    assert!(queries.ends_with(&["SELECT 1", "PREPARE s FROM 'SELECT 2'", "EXECUTE s"]), "{queries:?}");
    assert_eq!(proxy.round_trips(), messages.len() - 1);
}

#[test]
fn connections_are_told_apart() {
    let Some(server) = postgres() else { return };
    let database = server.database("several");
    let proxy = Proxy::before(&database);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (proxy, database) = (&proxy, &database);
            scope.spawn(move || psql(&proxy.url(database), &[&format!("SELECT {number}")]));
        }
    });
    let mut connections: Vec<_> =
        proxy.messages().into_iter().filter(|m| m.kind == "Query").map(|m| m.connection).collect();
    connections.sort_unstable();
    connections.dedup();
    assert_eq!(connections.len(), 4);
}

#[test]
fn a_server_that_is_not_there_looks_like_one_that_hangs_up() {
    let proxy = Proxy::postgres(Target::Socket("/nonexistent/socket".into()));
    let mut client = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    let _ = client.write_all(b"anything");
    // An end or a reset, but no wait.
    assert!(!matches!(client.read(&mut [0; 8]), Ok(1..)));
}

#[test]
fn dropping_the_proxy_cuts_its_connections() {
    let Some(server) = postgres() else { return };
    let database = server.database("cut");
    let proxy = Proxy::before(&database);
    let mut client = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    // SSLRequest, which the server answers with one letter.
    client.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).unwrap();
    let mut answer = [0];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"N");
    assert_eq!(proxy.kinds(), ["SSLRequest"]);
    drop(proxy);
    assert!(!matches!(client.read(&mut answer), Ok(1..)));
}

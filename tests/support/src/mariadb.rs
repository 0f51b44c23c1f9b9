//! MariaDB, as data.

use crate::installation::{self, Installation};
use crate::product::{Product, encode, words};
use crate::server::Server;
use std::ffi::OsString;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// KILL takes no query; a block that is not stored is the only way to loop. A connection that ends by itself
/// meanwhile (error 1094) is as good as killed.
macro_rules! terminate {
    () => {
        "DELIMITER //
        BEGIN NOT ATOMIC
            DECLARE killed INT DEFAULT 0;
            DECLARE CONTINUE HANDLER FOR 1094 BEGIN END;
            FOR victim IN (SELECT id FROM information_schema.processlist
                    WHERE db = '{}' AND id <> CONNECTION_ID()) DO
                KILL victim.id;
                SET killed = killed + 1;
            END FOR;
            SELECT killed;
        END //
        DELIMITER ;
        "
    };
}

/// MariaDB, from `PATH` or where packages put it, or from `MIGRATE_TEST_MARIADB_BIN` alone.
pub static MARIADB: Product = Product {
    name: "mariadb",
    apt: "apt-get install mariadb-server mariadb-client",
    brew: "brew install mariadb",
    accounts: &["mysql", "nobody"],
    signal: "KILL",
    find,
    install,
    files: &[],
    serve,
    setting: |name, value| words([&format!("--{name}={value}")]),
    ready,
    socket: |folder, _| folder.join("socket"),
    client: |installation, folder, _, database| {
        let mut client = Command::new(&installation.client);
        // The batch mode prints tab-separated rows; unbuffered, for those who wait for them.
        client.args(["--no-defaults", "--batch", "--skip-column-names", "--raw", "--unbuffered"]);
        client.args(["--default-character-set=utf8mb4", "--user=root", "--socket"]);
        client.arg(folder.join("socket")).arg(database);
        client
    },
    dump: |installation, folder, _, database, without| {
        let mut dump = Command::new(&installation.dump);
        dump.args(["--no-defaults", "--skip-comments", "--skip-extended-insert", "--order-by-primary"]);
        dump.args(["--routines", "--events", "--triggers", "--default-character-set=utf8mb4"]);
        dump.args(without.iter().map(|table| format!("--ignore-table={database}.{table}")));
        dump.args(["--user=root", "--socket"]).arg(folder.join("socket")).arg(database);
        dump
    },
    noise: |_| false,
    url: |folder, _, database| {
        let socket = folder.join("socket");
        format!("mysql://root@localhost/{}?socket={}", encode(database), encode(&socket.to_string_lossy()))
    },
    scheme: "mysql",
    administrator: "root",
    home: "mysql",
    prepare: "INSTALL SONAME 'metadata_lock_info';
        CREATE USER guest@'127.0.0.1' IDENTIFIED BY 'secret';
        GRANT ALL ON *.* TO guest@'127.0.0.1' WITH GRANT OPTION",
    create: "CREATE DATABASE `{}`",
    // DROP waits for whoever still has a transaction on a table of it, so they go first; and it must not
    // hold up the end of a test for a day if one does not go.
    drop: concat!(terminate!(), "SET lock_wait_timeout = 5; DROP DATABASE IF EXISTS `{}`"),
    terminate: terminate!(),
    // innodb_trx would be the obvious source of transactions, but it is a cache that readers keep stale.
    held: "SELECT concat_ws(' ',
        (SELECT count(*) FROM information_schema.metadata_lock_info l
            JOIN information_schema.processlist p ON p.id = l.thread_id
            WHERE p.db = '{}' AND l.lock_type = 'User lock'),
        (SELECT count(DISTINCT thread_id) FROM information_schema.metadata_lock_info
            WHERE table_schema = '{}' AND lock_type = 'Table metadata lock'),
        (SELECT count(*) FROM information_schema.processlist WHERE db = '{}' AND id <> CONNECTION_ID()))",
    echo: |line| format!("\n;SELECT '{line}';\n"),
    shared: OnceLock::new(),
};

/// The MariaDB server that the tests share; see [`Product::shared`].
pub fn mariadb() -> Option<&'static Server> {
    MARIADB.shared()
}

fn find() -> Option<Installation> {
    let usual = [
        "/usr/sbin",
        "/usr/bin",
        "/usr/libexec",
        "/usr/local/sbin",
        "/usr/local/bin",
        "/opt/homebrew/opt/mariadb/bin",
        "/opt/homebrew/opt/mariadb@*/bin",
        "/usr/local/opt/mariadb/bin",
    ];
    let folders = installation::folders("MIGRATE_TEST_MARIADB_BIN", &usual);
    Some(Installation {
        server: installation::program(&["mariadbd", "mysqld"], &folders)?,
        // MySQL has no such program, so that its mysqld alone is not taken for MariaDB.
        installer: installation::program(&["mariadb-install-db", "mysql_install_db"], &folders)?,
        client: installation::program(&["mariadb", "mysql"], &folders)?,
        dump: installation::program(&["mariadb-dump", "mysqldump"], &folders)?,
    })
}

fn install(installation: &Installation, folder: &Path) -> Command {
    let mut install = Command::new(&installation.installer);
    install.arg("--no-defaults").arg(option("datadir", &folder.join("data")));
    // root without a password, on the socket and on 127.0.0.1; no look-up of this machine's name.
    install.args(["--auth-root-authentication-method=normal", "--skip-name-resolve", "--skip-test-db"]);
    install.args(["--innodb-log-file-size=8M", "--skip-log-bin"]);
    install
}

fn serve(installation: &Installation, folder: &Path, port: u16) -> Vec<OsString> {
    let mut line = vec![OsString::from(&installation.server), "--no-defaults".into()];
    line.push(option("datadir", &folder.join("data")));
    line.push(option("socket", &folder.join("socket")));
    line.push(option("pid-file", &folder.join("mariadbd.pid")));
    line.push(option("tmpdir", folder));
    line.push(format!("--port={port}").into());
    line.extend(words([
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--skip-log-bin",
        // The proxy reads what passes, and newer servers would offer TLS by themselves.
        "--skip-ssl",
        // Nothing here outlives the run: to the system at commit, never to the disk.
        "--innodb-flush-log-at-trx-commit=2",
        "--innodb-flush-method=nosync",
        "--innodb-log-file-size=8M",
        "--innodb-buffer-pool-size=64M",
        "--max-connections=300",
        // As Debian's package sets it; the server's own default is latin1.
        "--character-set-server=utf8mb4",
        "--default-time-zone=+00:00",
    ]));
    line
}

/// A server that answers greets with a packet of its own; an error packet begins with 0xff.
fn ready(folder: &Path, _port: u16) -> bool {
    let greeting = || {
        let mut stream = UnixStream::connect(folder.join("socket")).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        let mut head = [0; 5];
        stream.read_exact(&mut head).ok()?;
        Some(head[4] == 10)
    };
    greeting() == Some(true)
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(format!("--{name}="));
    option.push(path);
    option
}

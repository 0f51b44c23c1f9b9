//! A proxy that counts what a client says to a server.
//!
//! It forwards every byte as it comes and in the same order, and reads the client's side along the way. A
//! message is recorded before it is forwarded: whoever has the answer finds the question in the list.
//! It does not speak TLS; where a client begins it, the list ends with `Unreadable`.

mod mysql;
mod postgres;

use crate::database::Database;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One message from a client to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which connection, in the order they were opened, from 0.
    pub connection: usize,
    /// What the protocol's manual calls it: `Startup`, `Query`, `Parse`, `Bind`, `Execute`, `Sync`,
    /// `Terminate` …; `Login`, `COM_QUERY`, `COM_PING`, `COM_STMT_PREPARE` ….
    pub kind: &'static str,
    /// The SQL text of a query or of a statement to prepare, the name in an `Execute` or `COM_INIT_DB`;
    /// otherwise empty. A password is never kept.
    pub text: String,
    /// The client waits for the server after this one: these are the round trips.
    pub waits: bool,
}

/// Where a proxy forwards to.
#[derive(Debug, Clone)]
pub enum Target {
    /// A port of 127.0.0.1.
    Port(u16),
    /// A socket.
    Socket(PathBuf),
}

/// A proxy on a free port of 127.0.0.1. It ends, and cuts its connections, when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    target: Target,
    framer: fn() -> Framer,
    over: AtomicBool,
    record: Mutex<Record>,
}

#[derive(Debug, Default)]
struct Record {
    messages: Vec<Message>,
    connections: usize,
    /// The clients that are connected, to cut them off at the end.
    open: Vec<(usize, TcpStream)>,
}

/// Reads one client's side of the protocol, in pieces of any size.
#[derive(Debug)]
enum Framer {
    Postgres(postgres::Framer),
    Mysql(mysql::Framer),
}

/// A message before it belongs to a connection: kind, text, whether the client waits.
type Part = (&'static str, String, bool);

impl Framer {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Part> {
        match self {
            Framer::Postgres(framer) => framer.feed(bytes),
            Framer::Mysql(framer) => framer.feed(bytes),
        }
    }
}

impl Proxy {
    /// A proxy before a server that speaks the protocol of Postgres.
    pub fn postgres(target: Target) -> Proxy {
        Proxy::start(target, || Framer::Postgres(postgres::Framer::default()))
    }

    /// A proxy before a server that speaks the protocol of MySQL and MariaDB.
    pub fn mysql(target: Target) -> Proxy {
        Proxy::start(target, || Framer::Mysql(mysql::Framer::default()))
    }

    /// A proxy before the server of a database; its [`Proxy::url`] leads there.
    pub fn before(database: &Database) -> Proxy {
        let target = Target::Socket(database.socket());
        if database.scheme() == "postgres" { Proxy::postgres(target) } else { Proxy::mysql(target) }
    }

    fn start(target: Target, framer: fn() -> Framer) -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("127.0.0.1 has a free port");
        let port = listener.local_addr().expect("a listener has an address").port();
        let over = AtomicBool::new(false);
        let shared = Arc::new(Shared { target, framer, over, record: Mutex::default() });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.over.load(Ordering::SeqCst) {
                    return;
                }
                // A server that cannot be reached looks to the client like one that hangs up.
                let _ = accepting.forward(client);
            }
        });
        Proxy { port, shared }
    }

    /// The port of 127.0.0.1 it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL that leads to a database through this proxy.
    pub fn url(&self, database: &Database) -> String {
        database.url_at(self.port)
    }

    /// What all clients have said so far, or since the last [`Proxy::clear`].
    pub fn messages(&self) -> Vec<Message> {
        self.shared.record().messages.clone()
    }

    /// The kinds of [`Proxy::messages`] alone, which is what most tests compare.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.shared.record().messages.iter().map(|message| message.kind).collect()
    }

    /// How often a client has waited for the server.
    pub fn round_trips(&self) -> usize {
        self.shared.record().messages.iter().filter(|message| message.waits).count()
    }

    /// Forgets what was said. Connections stay open and keep their numbers.
    pub fn clear(&self) {
        self.shared.record().messages.clear();
    }

    /// How many connections were opened, whether or not they are still open.
    pub fn connections(&self) -> usize {
        self.shared.record().connections
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        for (_, stream) in self.shared.record().open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forward(self: &Arc<Shared>, client: TcpStream) -> io::Result<()> {
        // Without it the system may hold small messages back, and the tests would measure that.
        client.set_nodelay(true)?;
        match &self.target {
            Target::Port(port) => {
                let server = TcpStream::connect(("127.0.0.1", *port))?;
                server.set_nodelay(true)?;
                let (to, from) = (server.try_clone()?, server);
                self.pump(client, to, from, |server| drop(server.shutdown(Shutdown::Both)))
            }
            Target::Socket(path) => {
                let server = UnixStream::connect(path)?;
                let (to, from) = (server.try_clone()?, server);
                self.pump(client, to, from, |server| drop(server.shutdown(Shutdown::Both)))
            }
        }
    }

    /// Two threads, one for each direction. The end of one ends the other.
    fn pump<W, R>(
        self: &Arc<Shared>,
        client: TcpStream,
        mut server: W,
        mut answers: R,
        hang_up: fn(&W),
    ) -> io::Result<()>
    where
        W: Write + Send + 'static,
        R: Read + Send + 'static,
    {
        let (mut questions, mut back) = (client.try_clone()?, client.try_clone()?);
        let connection = {
            let mut record = self.record();
            let connection = record.connections;
            record.connections += 1;
            record.open.push((connection, client));
            connection
        };
        let shared = Arc::clone(self);
        std::thread::spawn(move || {
            let mut framer = (shared.framer)();
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(length @ 1..) = questions.read(&mut buffer) {
                let bytes = &buffer[..length];
                let parts = framer.feed(bytes).into_iter();
                let messages = parts.map(|(kind, text, waits)| Message { connection, kind, text, waits });
                shared.record().messages.extend(messages);
                if server.write_all(bytes).is_err() {
                    break;
                }
            }
            hang_up(&server);
            shared.record().open.retain(|(open, _)| *open != connection);
        });
        std::thread::spawn(move || {
            let _ = io::copy(&mut answers, &mut back);
            let _ = back.shutdown(Shutdown::Both);
        });
        Ok(())
    }
}

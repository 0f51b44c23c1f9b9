//! One running server: how it is found, started, crashed, started again. Its end is the keeper's business.

use crate::account::Account;
use crate::database::Database;
use crate::installation::Installation;
use crate::keeper::{self, Keeper};
use crate::product::Product;
use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a shared server stays without a user: longer than the gap between two test programs of a run.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a start may take on a slow and busy machine.
const START: Duration = Duration::from_secs(90);

/// A running database server, on a socket in a folder of its own and on a free port of 127.0.0.1.
#[derive(Debug)]
pub struct Server {
    address: Arc<Address>,
    keeper: Mutex<Keeper>,
}

/// What a client needs to know of a server.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) product: &'static Product,
    pub(crate) installation: Installation,
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
}

impl Server {
    /// Joins the server that another process has started, or starts it for the others.
    pub(crate) fn share(product: &'static Product, installation: Installation) -> Server {
        let account = Account::choose(product.accounts);
        let common = format!("migrate-{}-{}", account.caller, product.name);
        let folder = account.parent().join(format!("{common}-{:08x}", key(product, &installation)));
        let lock =
            File::create(account.parent().join(common + ".lock")).expect("the temp folder can be written");
        lock.lock().expect("the temp folder supports file locks");

        if let Some((keeper, port)) = join(product, &folder) {
            let address = Address { product, installation, folder, port };
            return Server { address: Arc::new(address), keeper: Mutex::new(keeper) };
        }
        let (mut keeper, port) = launch(product, &installation, &account, &folder, PATIENCE, &[])
            .unwrap_or_else(|error| panic!("{} did not start: {error}", product.name));
        keeper.share();
        let address = Address { product, installation, folder, port };
        let server = Server { address: Arc::new(address), keeper: Mutex::new(keeper) };
        server.prepare();
        // The last thing, and at once: a folder without it is a start that was not finished.
        let written = server.address.folder.join("port.new");
        fs::write(&written, port.to_string())
            .and_then(|()| fs::rename(&written, server.address.folder.join("port")))
            .expect("the server's folder can be written");
        server
    }

    /// A server for this process alone.
    pub(crate) fn start(
        product: &'static Product,
        installation: Installation,
        settings: &[(&str, &str)],
        parent: fn(&Account) -> PathBuf,
    ) -> Server {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let account = Account::choose(product.accounts);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let folder =
            parent(&account).join(format!("migrate-{}-{}-{number}", product.name, std::process::id()));
        let (keeper, port) = launch(product, &installation, &account, &folder, Duration::ZERO, settings)
            .unwrap_or_else(|error| panic!("{} did not start: {error}", product.name));
        let address = Address { product, installation, folder, port };
        let server = Server { address: Arc::new(address), keeper: Mutex::new(keeper) };
        server.prepare();
        server
    }

    fn prepare(&self) {
        let prepared = self.home().run(self.address.product.prepare);
        assert!(prepared.is_ok(), "a new server was not prepared: {prepared:?}");
    }

    /// Creates an empty database whose name begins with `prefix` and is never used twice. It is dropped,
    /// with the connections to it, when the value is.
    ///
    /// # Panics
    ///
    /// When the server refuses, and says why.
    pub fn database(&self, prefix: &str) -> Database {
        Database::create(Arc::clone(&self.address), prefix)
    }

    /// The database that is always there (`postgres`, `mysql`), for what concerns the whole server. It is
    /// never dropped.
    pub fn home(&self) -> Database {
        Database::open(Arc::clone(&self.address), self.address.product.home)
    }

    /// The port of 127.0.0.1 that the server listens on.
    pub fn port(&self) -> u16 {
        self.address.port
    }

    /// The socket that the server listens on.
    pub fn socket(&self) -> PathBuf {
        (self.address.product.socket)(&self.address.folder, self.address.port)
    }

    /// Everything the server has written is in this folder, and goes with it.
    pub fn folder(&self) -> &Path {
        &self.address.folder
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        log(&self.address.folder)
    }

    /// Ends the server as a crash would, with all connections at once, and returns when it is gone. What was
    /// committed survives; this machine did not crash. Only for a private server.
    pub fn crash(&self) {
        self.keeper().ask(self.address.product.signal).expect("the keeper ends the server");
    }

    /// Starts the server again after [`Server::crash`], on the same socket, port and data.
    ///
    /// # Panics
    ///
    /// When it does not come up.
    pub fn restart(&self) {
        let address = &self.address;
        let keeper = self.keeper();
        start(address.product, &address.folder, address.port, &keeper)
            .unwrap_or_else(|error| panic!("{} did not start again: {error}", address.product.name));
    }

    fn keeper(&self) -> std::sync::MutexGuard<'_, Keeper> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Servers are shared by those who would start the same: one product, installation, and way to start it.
/// The variable keeps apart what would be shared otherwise.
fn key(product: &Product, installation: &Installation) -> u32 {
    let mut hasher = DefaultHasher::new();
    (product.serve)(installation, Path::new("/nonexistent"), 0).hash(&mut hasher);
    (product.prepare, product.files, keeper::SCRIPT).hash(&mut hasher);
    std::env::var_os("MIGRATE_TEST_INSTANCE").hash(&mut hasher);
    u32::try_from(hasher.finish() >> 32).unwrap_or_default()
}

/// The server in a folder, if it lives; otherwise the folder is cleared of what a power cut has left.
fn join(product: &'static Product, folder: &Path) -> Option<(Keeper, u16)> {
    let port = || fs::read_to_string(folder.join("port")).ok()?.parse().ok();
    let keeper = Keeper::join(folder);
    match (keeper, port()) {
        (Some(keeper), Some(port)) if !folder.join("ended").exists() && (product.ready)(folder, port) => {
            return Some((keeper, port));
        }
        (Some(keeper), _) => keeper.ask("retire").expect("the keeper of a broken server gives way"),
        (None, Some(port)) if (product.ready)(folder, port) => {
            // Its keeper was killed, and only that.
            let process = fs::read_to_string(folder.join("pid")).unwrap_or_default();
            keeper::signal(product.signal, process.trim());
            let begun = Instant::now();
            while keeper::alive(process.trim()) && begun.elapsed() < START {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        (None, _) => {}
    }
    clear(folder).expect("the folder of a dead server can be moved");
    None
}

/// Makes room for a new folder. What still writes into the old one, such as the shell that notes how the
/// server ended, writes into the one that was moved.
fn clear(folder: &Path) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let moved = folder.with_extension(format!("gone.{}", std::process::id()));
    fs::rename(folder, &moved)?;
    let mut attempts = 0;
    while fs::remove_dir_all(&moved).is_err() && attempts < 50 {
        attempts += 1;
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Starts a new server in a new folder.
fn launch(
    product: &'static Product,
    installation: &Installation,
    account: &Account,
    folder: &Path,
    patience: Duration,
    settings: &[(&str, &str)],
) -> io::Result<(Keeper, u16)> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        install(product, installation, account, folder)?;
        // Somebody else may take the port between our look and the server's: then once more.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut program: Vec<OsString> = (product.serve)(installation, folder, port);
        program.extend(settings.iter().flat_map(|(name, value)| (product.setting)(name, value)));
        let keeper = Keeper::spawn(folder, account, patience, product.signal, &program)?;
        match start(product, folder, port, &keeper) {
            Ok(()) => return Ok((keeper, port)),
            Err(error) if attempts == 3 => return Err(error),
            // The keeper removes the folder here.
            Err(_) => drop(keeper),
        }
    }
}

/// Creates the folder and the data in it.
fn install(
    product: &Product,
    installation: &Installation,
    account: &Account,
    folder: &Path,
) -> io::Result<()> {
    // Left by a process that had this number before.
    clear(folder)?;
    // Only one who tests may write here, all may enter: the client programs run as another user.
    fs::DirBuilder::new().mode(0o755).create(folder)?;
    account.own(folder)?;
    let mut command = account.command((product.install)(installation, folder));
    let installed = command.current_dir(folder).output()?;
    if !installed.status.success() {
        clear(folder)?;
        let said = String::from_utf8_lossy(&installed.stderr);
        return Err(io::Error::other(format!("{command:?} failed: {said}")));
    }
    for (name, content) in product.files {
        let file = folder.join(name);
        fs::write(&file, content)?;
        account.own(&file)?;
    }
    Ok(())
}

fn start(product: &Product, folder: &Path, port: u16, keeper: &Keeper) -> io::Result<()> {
    keeper.ask("start")?;
    let begun = Instant::now();
    while !(product.ready)(folder, port) {
        if folder.join("ended").exists() || begun.elapsed() > START {
            return Err(io::Error::other(format!("its log says:\n{}", log(folder))));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn log(folder: &Path) -> String {
    let bytes = fs::read(folder.join("log")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

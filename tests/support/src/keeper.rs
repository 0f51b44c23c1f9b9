//! The process that ends a server when its last user is gone. It knows folders, pipes and signals; it does
//! not know which program it keeps.

use crate::account::Account;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What the keeper runs; its first lines say how it works.
pub(crate) const SCRIPT: &str = include_str!("keeper.sh");

/// How long a living keeper may take to answer. It is idle nearly always; this is for a machine that is not.
const ANSWER: Duration = Duration::from_secs(30);

/// This process's hold on a server: while it lives, the server does.
#[derive(Debug)]
pub(crate) struct Keeper {
    folder: PathBuf,
    clients: Option<File>,
    /// Only where this process started a server of its own, whose end it waits for.
    child: Option<Child>,
}

impl Keeper {
    /// Starts a keeper for the program in a folder that exists. Nothing runs before [`Keeper::ask`] `start`.
    pub(crate) fn spawn(
        folder: &Path,
        account: &Account,
        patience: Duration,
        signal: &str,
        program: &[OsString],
    ) -> io::Result<Keeper> {
        let replies = folder.join("replies");
        fs::create_dir(&replies)?;
        account.own(&replies)?;
        let clients = folder.join("clients");
        if !Command::new("mkfifo").arg(&clients).status()?.success() {
            return Err(io::Error::other("mkfifo failed"));
        }
        account.own(&clients)?;

        // Our end first: the keeper's read then sees an end of file when we are gone, and not before.
        let ours = OpenOptions::new().read(true).write(true).open(&clients)?;
        let theirs = File::open(&clients)?;
        let log = OpenOptions::new().create(true).append(true).open(folder.join("keeper.log"))?;
        let mut command = Command::new("sh");
        let script = folder.join("keeper.sh");
        fs::write(&script, SCRIPT)?;
        account.own(&script)?;
        command.arg(script).arg(folder);
        command.arg((patience.as_millis() / 100).max(1).to_string()).arg(signal).args(program);
        // A group of its own: Ctrl-C in the terminal, or a test runner that kills the group of one test,
        // must not take the server from the other tests. No inherited output: runners wait for its end.
        command.current_dir(folder).process_group(0);
        command.stdin(theirs).stdout(log.try_clone()?).stderr(log);
        let child = account.command(command).spawn()?;
        fs::write(folder.join("keeper"), child.id().to_string())?;
        Ok(Keeper { folder: folder.to_owned(), clients: Some(ours), child: Some(child) })
    }

    /// Joins the users of a server that another process has started. `None` when its keeper is gone, or is
    /// just going.
    pub(crate) fn join(folder: &Path) -> Option<Keeper> {
        let keeper = fs::read_to_string(folder.join("keeper")).ok()?;
        alive(keeper.trim()).then_some(())?;
        let clients = OpenOptions::new().read(true).write(true).open(folder.join("clients")).ok()?;
        let joined = Keeper { folder: folder.to_owned(), clients: Some(clients), child: None };
        joined.ask("join").ok()?;
        Some(joined)
    }

    /// Has the keeper do one thing (`start`, `retire`, or the name of a signal that ends the server) and
    /// waits until it is done.
    pub(crate) fn ask(&self, verb: &str) -> io::Result<()> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let id = format!("{}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let reply = self.folder.join("replies").join(&id);
        let mut clients = self.clients.as_ref().ok_or_else(|| io::Error::other("the keeper was let go"))?;
        // One write, shorter than a pipe's buffer, is never mixed with another process's.
        clients.write_all(format!("{id} {verb}\n").as_bytes())?;
        let asked = Instant::now();
        while !reply.exists() {
            // After `retire` the answer lies in a folder with another name.
            if !self.folder.exists() {
                return if verb == "retire" { Ok(()) } else { Err(io::Error::other("the keeper has ended")) };
            }
            if asked.elapsed() > ANSWER {
                return Err(io::Error::other(format!("the keeper did not answer to {verb}")));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        fs::remove_file(reply).or(Ok(()))
    }

    /// Lets the keeper outlive this process, for the others that share the server.
    pub(crate) fn share(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Somebody has to collect it when this process is the one that stays longest.
            std::thread::spawn(move || child.wait());
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.clients = None;
        if let Some(child) = &mut self.child {
            let _ = child.wait();
        }
    }
}

/// Sends a signal, through the shell's own `kill` because the program of that name is not on every machine.
pub(crate) fn signal(name: &str, process: &str) -> bool {
    let mut command = Command::new("sh");
    command.args(["-c", "kill -s \"$1\" \"$2\" 2>/dev/null", "kill", name, process]);
    command.stdin(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The process is there and runs. One that was killed and not yet collected by its parent, which in some
/// containers is never, can be signalled and does not run.
pub(crate) fn alive(process: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let zombie = state.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'));
    !zombie && signal("0", process)
}

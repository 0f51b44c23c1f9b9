//! Which user a server runs as. It knows users and folders; it does not know databases.
//!
//! Both servers refuse to run as root, and test containers usually are root. Then the server runs as the
//! user its package created, or as nobody, and its folder stands where both users can enter.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The longest folder that leaves room for the rest of a socket's path: the system's limit is 107 bytes on
/// Linux and 103 on macOS.
const LONGEST_PARENT: usize = 50;

/// The user that owns a server's files and processes.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// The user this test process runs as: servers are shared between processes of one user only.
    pub(crate) caller: u32,
    /// The other user to become, when the caller is root.
    other: Option<(u32, u32)>,
}

impl Account {
    /// The caller itself, or the first of `names` that exists when the caller is root.
    pub(crate) fn choose(names: &[&str]) -> Account {
        let caller = caller();
        let other = (caller == 0).then(|| {
            let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
            names.iter().find_map(|name| find(&passwd, name)).unwrap_or((65534, 65534))
        });
        Account { caller, other }
    }

    /// The folder that the servers' folders stand in: short enough for a socket, and open to the account.
    pub(crate) fn parent(&self) -> PathBuf {
        let temp = std::env::temp_dir();
        let short = temp.as_os_str().len() <= LONGEST_PARENT;
        if short && (self.other.is_none() || open_to_all(&temp)) { temp } else { PathBuf::from("/tmp") }
    }

    /// The same in memory, where the system has such a folder.
    pub(crate) fn parent_in_memory(&self) -> PathBuf {
        let memory = Path::new("/dev/shm");
        let usable = memory.is_dir() && open_to_all(memory);
        if usable { memory.to_owned() } else { self.parent() }
    }

    /// Makes `command` run as this account.
    pub(crate) fn command(&self, mut command: Command) -> Command {
        if let Some((user, group)) = self.other {
            command.uid(user).gid(group);
        }
        command
    }

    /// Hands a file or folder over to this account.
    pub(crate) fn own(&self, path: &Path) -> std::io::Result<()> {
        match self.other {
            Some((user, group)) => std::os::unix::fs::chown(path, Some(user), Some(group)),
            None => Ok(()),
        }
    }
}

/// The effective user, asked from `id` because the standard library has no call for it.
fn caller() -> u32 {
    let output = Command::new("id").arg("-u").output().expect("the tests need the command `id`");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("`id -u` prints a number")
}

fn find(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let user = fields.nth(1)?.parse().ok()?;
        Some((user, fields.next()?.parse().ok()?))
    })
}

/// Every folder on the way can be entered and the last can be written by everyone.
fn open_to_all(folder: &Path) -> bool {
    let mode = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.mode());
    mode(folder) & 0o003 == 0o003 && folder.ancestors().all(|path| mode(path) & 0o001 == 0o001)
}

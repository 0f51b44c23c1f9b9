//! A folder outside of every workspace, in which packages are made and built. It knows cargo; it knows nothing
//! about what is built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use migrate_test_support::process::{Outcome, start};
use tempfile::TempDir;

/// The folder. What was built of its packages goes with it; what they depend on is kept for the next time.
pub(crate) struct Outside {
    folder: TempDir,
    packages: Vec<String>,
}

/// This workspace.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One for all, so that what several packages depend on is built once.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside")
}

impl Outside {
    pub(crate) fn new() -> Outside {
        Outside { folder: tempfile::tempdir().expect("a temporary folder"), packages: Vec::new() }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, text: &str) {
        let file = self.path(relative);
        fs::create_dir_all(file.parent().expect("it is in the folder"))
            .expect("the folder can be written to");
        fs::write(&file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// `cargo new`, with the versions of dependencies that this workspace is tested with: they are here, so no
    /// network is needed.
    pub(crate) fn package(&mut self, name: &str, kind: &str) {
        self.packages.push(name.to_owned());
        let made = start(cargo(self.folder.path(), &["new", "--quiet", "--vcs", "none", kind, name])).wait();
        assert!(made.status.success(), "{}", made.stderr);
        fs::copy(checkout().join("Cargo.lock"), self.path(name).join("Cargo.lock"))
            .expect("it can be copied");
    }

    /// Puts `text` in place of the empty table of dependencies that `cargo new` has written.
    pub(crate) fn dependencies(&self, package: &str, text: &str) {
        let manifest = format!("{package}/Cargo.toml");
        let made = fs::read_to_string(self.path(&manifest)).expect("cargo has made it");
        let head = made.trim_end().strip_suffix("[dependencies]").expect("cargo ends it with that");
        self.write(&manifest, &format!("{head}{text}"));
    }

    /// cargo in the folder of a package.
    pub(crate) fn cargo(&self, package: &str, arguments: &[&str]) -> Outcome {
        start(cargo(&self.path(package), arguments)).wait()
    }

    /// As [`cargo`](Self::cargo), and it must succeed.
    pub(crate) fn succeeds(&self, package: &str, arguments: &[&str]) -> Outcome {
        let outcome = self.cargo(package, arguments);
        let (stdout, stderr) = (&outcome.stdout, &outcome.stderr);
        assert!(outcome.status.success(), "cargo {arguments:?} in {package}:\n{stdout}\n{stderr}");
        outcome
    }

    /// Runs the program that was built last, whatever has changed since.
    pub(crate) fn run_as_built(&self, package: &str) -> Outcome {
        let mut program = Command::new(target().join("debug").join(package));
        program.current_dir(self.path(package));
        start(program).wait()
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        for package in &self.packages {
            // The next run has another folder, for which cargo would keep all of this beside its own.
            let folder = self.path(package);
            if folder.exists() {
                let _ = cargo(&folder, &["clean", "--quiet", "--package", package]).output();
            }
        }
    }
}

/// cargo, with nothing that would make its outcome another one here than elsewhere.
pub(crate) fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder).args(arguments);
    command
        .env("CARGO_TARGET_DIR", target())
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TERM_COLOR", "never");
    // Nobody debugs what is built here.
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
    command.env_remove("CARGO_BUILD_TARGET").env_remove("RUST_BACKTRACE");
    command
}

/// Copies a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder can be written to");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("it can be listed");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("it can be copied");
        }
    }
}

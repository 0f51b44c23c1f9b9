//! Programs run as processes of their own, several at once, or until they are killed.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How a process ended and what it wrote.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit status; a process that was killed has no code.
    pub status: ExitStatus,
    /// Its standard output; what is not UTF-8 is replaced.
    pub stdout: String,
    /// Its standard error, likewise.
    pub stderr: String,
    /// The time from its start to its end.
    pub elapsed: Duration,
}

/// A process that runs. Its output is read all the time, so that it is never held up by a full pipe.
/// Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    started: Instant,
    stdout: Option<JoinHandle<String>>,
    stderr: Option<JoinHandle<String>>,
}

/// Starts a program.
///
/// # Panics
///
/// When it cannot be started, and says which.
pub fn start(mut command: Command) -> Running {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stdout = child.stdout.take().map(collect);
    let stderr = child.stderr.take().map(collect);
    Running { child, started, stdout, stderr }
}

/// Starts all programs before waiting for the first, and returns how they ended in the same order.
///
/// # Panics
///
/// As [`start`].
pub fn at_once(commands: impl IntoIterator<Item = Command>) -> Vec<Outcome> {
    let running: Vec<Running> = commands.into_iter().map(start).collect();
    // Each in a thread of its own, so that `elapsed` is the program's own time.
    let waiting: Vec<_> =
        running.into_iter().map(|running| std::thread::spawn(move || running.wait())).collect();
    waiting.into_iter().map(|thread| thread.join().expect("waiting does not panic")).collect()
}

/// Starts a program and sends it SIGKILL after the delay, unless it has ended by then.
///
/// # Panics
///
/// As [`start`].
pub fn killed_after(delay: Duration, command: Command) -> Outcome {
    let running = start(command);
    std::thread::sleep(delay);
    running.kill()
}

/// The program that cargo built from `examples/<name>.rs` of this workspace, beside the running test.
///
/// # Panics
///
/// When it is not there: `cargo test` builds the examples unless it is told to build one test alone.
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the running program has a path");
    let built = test.ancestors().map(|folder| folder.join("examples").join(name)).find(|file| file.is_file());
    built.unwrap_or_else(|| panic!("the example {name} is not built; run `cargo build --examples` first"))
}

impl Running {
    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    ///
    /// # Panics
    ///
    /// When the system cannot say how it ended.
    pub fn wait(mut self) -> Outcome {
        let status = self.child.wait().expect("a child can be waited for");
        let elapsed = self.started.elapsed();
        Outcome { status, stdout: finish(self.stdout.take()), stderr: finish(self.stderr.take()), elapsed }
    }

    /// Sends SIGKILL and waits for its end.
    pub fn kill(mut self) -> Outcome {
        // One that has ended already is as wanted.
        let _ = self.child.kill();
        self.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // After `wait` these do nothing: the standard library remembers the end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn finish(thread: Option<JoinHandle<String>>) -> String {
    thread.and_then(|thread| thread.join().ok()).unwrap_or_default()
}

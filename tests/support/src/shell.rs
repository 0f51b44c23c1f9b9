//! A client that stays connected. It knows lines; it does not know databases.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// One open connection of `psql` or `mariadb`. Dropping it kills the client, and with it the connection.
#[derive(Debug)]
pub struct Shell {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    echo: fn(&str) -> String,
    count: u32,
}

impl Shell {
    pub(crate) fn open(mut command: Command, echo: fn(&str) -> String) -> Shell {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the client was found and starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("the output is piped"));
        Shell { child, input, output, echo, count: 0 }
    }

    /// Runs statements (the last without a semicolon or with one) and returns their rows when they are done.
    ///
    /// # Errors
    ///
    /// When one of them fails, or the server closes the connection: the client ends then.
    pub fn run(&mut self, script: &str) -> Result<String, String> {
        self.send(script);
        self.wait()
    }

    /// Sends statements without waiting, such as one that waits for a lock. [`Shell::wait`] has their rows.
    pub fn send(&mut self, script: &str) {
        self.count += 1;
        let script = format!("{};{}", script.trim_end().trim_end_matches(';'), (self.echo)(&self.mark()));
        if let Some(input) = &mut self.input {
            // A client that has ended is reported by the reading side.
            let _ = input.write_all(script.as_bytes()).and_then(|()| input.flush());
        }
    }

    /// Waits for the end of what was sent last.
    ///
    /// # Errors
    ///
    /// As [`Shell::run`].
    pub fn wait(&mut self) -> Result<String, String> {
        let mark = self.mark();
        let mut rows = String::new();
        loop {
            let mut line = String::new();
            match self.output.read_line(&mut line) {
                Ok(0) => return Err(format!("the client ended after: {rows}")),
                Ok(_) if line.trim_end() == mark => return Ok(rows),
                Ok(_) => rows.push_str(&line),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    fn mark(&self) -> String {
        format!("done-{}-{}", std::process::id(), self.count)
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

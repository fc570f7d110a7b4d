//! A shipped program, run from outside as an orchestrator runs it.

#![expect(clippy::expect_used, reason = "this is test code, though not in a test of this crate")]

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a program may run before its test gives it up.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program of a package. [`program!`](crate::program!) gives the one whose tests ask.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// What it is called.
    pub name: &'static str,
    /// The executable.
    pub path: &'static str,
    /// The folder of its package.
    pub package: &'static str,
}

impl Program {
    /// A command that runs it.
    ///
    /// `TESTKIT_PROGRAMS` names a folder with a program of the same name to run instead, as one that was built for
    /// another machine; `TESTKIT_RUNNER` is what runs it, such as an emulator.
    pub(crate) fn command(&self) -> Command {
        let instead = std::env::var_os("TESTKIT_PROGRAMS").map(|folder| Path::new(&folder).join(self.name));
        let program = instead.unwrap_or_else(|| self.path.into());
        match std::env::var_os("TESTKIT_RUNNER") {
            Some(runner) => {
                let mut command = Command::new(runner);
                command.arg(program);
                command
            }
            None => Command::new(program),
        }
    }
}

/// The shipped program of the package whose integration tests call it.
#[macro_export]
macro_rules! program {
    () => {
        $crate::Program {
            name: ::core::env!("CARGO_PKG_NAME"),
            path: ::core::env!(::core::concat!("CARGO_BIN_EXE_", ::core::env!("CARGO_PKG_NAME"))),
            package: ::core::env!("CARGO_MANIFEST_DIR"),
        }
    };
}

/// How a program ended, and what it printed.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The exit code; `None` when a signal ended it.
    pub exit: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error: the log.
    pub stderr: String,
}

/// A program that runs. It is killed when this is dropped before its end.
#[derive(Debug)]
pub struct Running {
    child: Option<Child>,
}

impl Running {
    /// Starts `command` with its output kept.
    pub(crate) fn start(command: &mut Command) -> std::io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(Self { child: Some(command.spawn()?) })
    }

    /// Asks it to end, as an orchestrator does.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Ends it at once, as a crash or a lack of memory does.
    pub fn kill(&self) {
        self.signal("KILL");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end within a minute.
    pub fn end(mut self) -> Outcome {
        let child = self.child.take().expect("a program ends once");
        let output = finish(child).expect("the program ends");
        Outcome {
            exit: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn signal(&self, name: &str) {
        let Some(child) = &self.child else { return };
        signal(child.id(), name);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits on a thread of its own, because both outputs have to be read while the program runs.
fn finish(child: Child) -> Result<Output, String> {
    let id = child.id();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(child.wait_with_output()));
    match told.recv_timeout(PATIENCE) {
        Ok(output) => output.map_err(|error| error.to_string()),
        Err(_) => {
            signal(id, "KILL");
            Err(format!("it still ran after {} s", PATIENCE.as_secs()))
        }
    }
}

/// By the program of that name: the standard library knows no signal but SIGKILL.
fn signal(process: u32, name: &str) {
    let status = Command::new("kill").args(["-s", name, &process.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "SIG{name} could not be sent");
}

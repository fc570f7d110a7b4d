//! A shipped program, run from outside as an orchestrator runs it.

#![expect(clippy::expect_used, reason = "this is test code, though not in a test of this crate")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Time limit of a program under test.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program of a package. [`program!`](crate::program!) gives that of the package under test.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its name, which is the name of its package.
    pub name: String,
    /// The executable.
    pub path: PathBuf,
    /// The folder of its package.
    pub package: PathBuf,
}

impl Program {
    /// The program of that name in the folder that `TESTKIT_PROGRAMS` names, if it is there: one that was built
    /// before, or for another machine.
    pub fn prebuilt(name: &str) -> Option<PathBuf> {
        let folder = std::env::var_os("TESTKIT_PROGRAMS").filter(|folder| !folder.is_empty())?;
        Some(Path::new(&folder).join(name)).filter(|path| path.exists())
    }

    /// A command that runs it: itself, or the [prebuilt](Self::prebuilt) one. `TESTKIT_RUNNER` names a program that
    /// runs it, such as an emulator.
    #[expect(
        clippy::disallowed_methods,
        reason = "the emulator is a requirement, whose path the variable has"
    )]
    pub(crate) fn command(&self) -> Command {
        let program = Self::prebuilt(&self.name).unwrap_or_else(|| self.path.clone());
        match std::env::var_os("TESTKIT_RUNNER") {
            Some(runner) => {
                let mut command = Command::new(runner);
                command.arg(program);
                command
            }
            None => commands::built(program),
        }
    }
}

/// The shipped program of the package whose integration tests call it.
#[macro_export]
macro_rules! program {
    () => {
        $crate::Program {
            name: ::core::env!("CARGO_PKG_NAME").into(),
            path: ::core::env!(::core::concat!("CARGO_BIN_EXE_", ::core::env!("CARGO_PKG_NAME"))).into(),
            package: ::core::env!("CARGO_MANIFEST_DIR").into(),
        }
    };
}

/// Exit code and output of a program.
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
    /// Panics if it does not end within a minute.
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
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    match receiver.recv_timeout(PATIENCE) {
        Ok(output) => output.map_err(|error| error.to_string()),
        Err(_) => {
            signal(id, "KILL");
            Err(format!("it still ran after {} s", PATIENCE.as_secs()))
        }
    }
}

/// Sends a signal by the shell, since the standard library only sends SIGKILL.
pub(crate) fn signal(process: u32, name: &str) {
    assert!(commands::signal(name, process), "SIG{name} could not be sent");
}

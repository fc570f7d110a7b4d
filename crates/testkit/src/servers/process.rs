//! A server's process: started under a watchdog, polled until it is ready, stopped with its owner.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Missing;

/// Time limit of a start, which takes longer only if something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL_EVERY: Duration = Duration::from_millis(20);
/// Number of attempts to start, each on another port, in case someone else took the one before.
const ATTEMPTS: usize = 3;
/// Length of the log excerpt when a server does not start.
const LAST_LINES: usize = 5;

/// Runs the server as a child of a shell.
///
/// The shell tells the server to end when a line arrives on its standard input, or when that closes, which it does
/// even if the owner is killed. In the second case nobody else is left to remove the folder.
const WATCHDOG: &str = r#"
signal=$1 folder=$2
shift 2
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(
    read -r order <&3
    closed=$?
    trap '' TERM
    kill -s "$signal" "$server"
    tries=0
    while kill -0 "$server" && [ "$tries" -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -s KILL "$server"
    exit "$closed"
) 2>/dev/null &
watcher=$!
wait "$server"
status=$?
{ kill "$watcher"; wait "$watcher"; } 2>/dev/null
[ $? -eq 1 ] && rm -rf "$folder"
exit "$status"
"#;

/// Program and arguments.
pub(super) struct Launch<'a> {
    /// The program's name, for messages.
    pub(super) program: &'static str,
    /// The program and its arguments.
    pub(super) command: Vec<OsString>,
    /// The folder that belongs to the server; its log goes there.
    pub(super) folder: &'a Path,
    /// The signal that ends it in order, such as `TERM`.
    pub(super) signal: &'static str,
}

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub(super) struct Process {
    program: &'static str,
    watchdog: Option<Child>,
    log: PathBuf,
}

impl Process {
    /// Starts the server and waits until `is_ready` says so.
    pub(super) fn start(launch: &Launch<'_>, is_ready: impl Fn() -> bool) -> Result<Self, Missing> {
        let log = launch.folder.join("log");
        let watchdog = spawn(launch, &log).map_err(Missing::because(launch.program))?;
        let mut process = Self { program: launch.program, watchdog: Some(watchdog), log };
        let deadline = Instant::now() + PATIENCE;
        loop {
            // In this order, so that a stranger who answers on the port is not taken for a server that has ended.
            let ready = is_ready();
            if !process.is_running() {
                return Err(process.failure("it ended"));
            }
            if ready {
                return Ok(process);
            }
            if Instant::now() > deadline {
                return Err(process.failure("it is not ready in time"));
            }
            std::thread::sleep(POLL_EVERY);
        }
    }

    /// Ends the server and waits for its end.
    pub(super) fn stop(&mut self) {
        let Some(mut watchdog) = self.watchdog.take() else { return };
        if let Some(mut input) = watchdog.stdin.take() {
            // The watchdog is gone already if the server ended by itself.
            let _ = input.write_all(b"stop\n");
        }
        let _ = watchdog.wait();
    }

    fn is_running(&mut self) -> bool {
        self.watchdog.as_mut().is_some_and(|watchdog| matches!(watchdog.try_wait(), Ok(None)))
    }

    fn failure(&self, what: &str) -> Missing {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default().join("; ");
        Missing::DidNotStart { program: self.program, reason: format!("{what}: {last}") }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(launch: &Launch<'_>, log: &Path) -> io::Result<Child> {
    let log = File::options().create(true).append(true).open(log)?;
    commands::shell()
        // A server may call other programs of its package.
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .args(["-c", WATCHDOG, "watchdog", launch.signal])
        .arg(launch.folder)
        .args(&launch.command)
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log)
        // An interrupt from the keyboard is for the test; the server's end follows from it.
        .process_group(0)
        .spawn()
}

/// Calls `start` with a free port, and with another one if the server did not come up on it. Gives the port as well.
pub(super) fn with_free_port(
    program: &'static str,
    start: impl Fn(u16) -> Result<Process, Missing>,
) -> Result<(Process, u16), Missing> {
    let attempt = || {
        let port = free_port().map_err(Missing::because(program))?;
        Ok((start(port)?, port))
    };
    let mut outcome = attempt();
    for _ in 1..ATTEMPTS {
        if matches!(outcome, Err(Missing::DidNotStart { .. })) {
            outcome = attempt();
        }
    }
    outcome
}

/// A port that is free and that nobody in this process was given before.
pub(super) fn free_port() -> io::Result<u16> {
    static GIVEN: LazyLock<Mutex<HashSet<u16>>> = LazyLock::new(Mutex::default);
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        if given.insert(port) {
            return Ok(port);
        }
    }
}

/// A password that differs from server to server, so a client that reaches the wrong one learns it.
pub(super) fn password() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launch<'a>(folder: &'a Path, script: &str) -> Launch<'a> {
        let command = ["sh", "-c", script].map(OsString::from).into();
        Launch { program: "script", command, folder, signal: "TERM" }
    }

    #[test]
    fn a_server_that_ends_at_once_tells_its_last_words() {
        let folder = tempfile::TempDir::new().unwrap();
        let error = Process::start(&launch(folder.path(), "echo no room; exit 3"), || false).unwrap_err();
        assert_eq!(error.to_string(), "script did not start: it ended: no room");
    }

    #[test]
    fn a_stopped_server_has_ended_and_its_folder_stays() {
        let folder = tempfile::TempDir::new().unwrap();
        let started = folder.path().join("started");
        let script = format!(
            "trap 'echo ended; exit' TERM; touch {}; while :; do sleep 0.05; done",
            started.display()
        );
        let mut process = Process::start(&launch(folder.path(), &script), || started.exists()).unwrap();
        process.stop();
        let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
        assert!(log.contains("ended"), "{log}");
    }
}

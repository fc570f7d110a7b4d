//! A process as `/proc` shows it.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Ticks of a second in `/proc/PID/stat` (`sysconf(_SC_CLK_TCK)`, 100 on every Linux of our day).
const TICKS: f64 = 100.0;

/// A program that is killed at the end of its use.
#[derive(Debug)]
pub(super) struct Program(Child);

impl Program {
    pub(super) fn start(command: &mut Command) -> Result<Self, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        child.map(Self).map_err(|error| format!("{name} does not start: {error}"))
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Asks it to end, and waits for that.
    pub(super) fn end(mut self) {
        let asked = Command::new("kill").arg(self.id().to_string()).status();
        if asked.is_ok_and(|status| status.success()) {
            let _ = self.0.wait();
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = (self.0.kill(), self.0.wait());
    }
}

/// CPU time that a process has used so far.
pub(super) fn cpu(id: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // User and system time are the 14th and 15th word; the 2nd is a name in parentheses.
    let mut words = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks: f64 = words.next()?.parse::<f64>().ok()? + words.next()?.parse::<f64>().ok()?;
    Some(Duration::from_secs_f64(ticks / TICKS))
}

/// Resident memory in bytes: `VmRSS`, the present one, or `VmHWM`, the peak.
pub(super) fn memory(id: u32, what: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()? * 1024.0)
}

/// The process of a name that was called with something in its arguments.
pub(super) fn find(name: &str, argument: &str) -> Option<u32> {
    let entries = fs::read_dir("/proc").ok()?.flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).find(|id| {
        let read = |file| fs::read_to_string(format!("/proc/{id}/{file}")).unwrap_or_default();
        read("comm").trim() == name && read("cmdline").contains(argument)
    })
}

/// CPU usage of a process since a start, as a share of one core.
#[derive(Debug)]
pub(super) struct Share {
    id: u32,
    began: (Instant, Duration),
}

impl Share {
    pub(super) fn of(id: u32) -> Self {
        Self { id, began: (Instant::now(), cpu(id).unwrap_or_default()) }
    }

    pub(super) fn so_far(&self) -> f64 {
        let used = cpu(self.id).unwrap_or_default().saturating_sub(self.began.1);
        used.as_secs_f64() / self.began.0.elapsed().as_secs_f64()
    }
}

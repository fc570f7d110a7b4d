//! One process, measured from outside by the accounting of the kernel.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

/// Time and memory of a process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    /// Largest resident set, in bytes.
    pub(crate) memory: u64,
}

/// Runs a command to its end and measures it. Its output is thrown away.
pub(crate) fn command(command: &mut Command) -> Result<Usage, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let started = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = child.map_err(|error| format!("{name} does not start: {error}"))?;
    let ended = child.wait4().map_err(|error| format!("{name}: {error}"))?;
    let wall = started.elapsed();
    if !ended.status.success() {
        return Err(format!("{name} ended with {}", ended.status));
    }
    Ok(Usage { wall, cpu: ended.rusage.utime + ended.rusage.stime, memory: ended.rusage.maxrss })
}

/// Two processes, one after the other, as one.
pub(crate) fn together(first: Usage, second: Usage) -> Usage {
    Usage {
        wall: first.wall + second.wall,
        cpu: first.cpu + second.cpu,
        memory: first.memory.max(second.memory),
    }
}

/// The least, the median and the most of some numbers.
pub(crate) fn spread(mut numbers: Vec<f64>) -> Option<[f64; 3]> {
    numbers.sort_by(f64::total_cmp);
    Some([*numbers.first()?, *numbers.get(numbers.len() / 2)?, *numbers.last()?])
}

//! A simulator that is a program of its own, for as long as a device needs it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A simulator that runs. Dropping it ends it.
pub(super) struct StandIn {
    child: Child,
    address: String,
    /// Kept open, since a program whose reader is gone may end.
    output: BufReader<ChildStdout>,
}

impl StandIn {
    /// Starts a simulator and reads where it is: its first line.
    pub(super) fn start<'a>(
        program: &Path,
        arguments: impl Iterator<Item = &'a str>,
    ) -> Result<Self, String> {
        let problem = |error: std::io::Error| format!("{}: {error}", program.display());
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(problem)?;
        let output = child.stdout.take().ok_or_else(|| format!("{}: no output", program.display()))?;
        let mut stand_in = Self { child, address: String::new(), output: BufReader::new(output) };
        let mut line = String::new();
        stand_in.output.read_line(&mut line).map_err(problem)?;
        line.trim().clone_into(&mut stand_in.address);
        if stand_in.address.is_empty() {
            return Err(format!("{} does not tell where it is", program.display()));
        }
        Ok(stand_in)
    }

    /// Where it is: a URL, or the path of a port.
    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(script: &str) -> Result<StandIn, String> {
        StandIn::start(Path::new("/bin/sh"), ["-c", script].into_iter())
    }

    #[test]
    fn a_simulator_tells_where_it_is_and_goes_on() {
        let mut stand_in = start("echo /dev/pts/7; exec sleep 60").unwrap();
        assert_eq!(stand_in.address(), "/dev/pts/7");
        assert!(stand_in.child.try_wait().unwrap().is_none());
    }

    #[test]
    fn a_simulator_that_says_nothing_is_told() {
        assert!(start("exit 1").is_err_and(|problem| problem.contains("does not tell where it is")));
    }
}

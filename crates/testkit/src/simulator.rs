//! Simulators of sensors and services that are programs of their own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};

use crate::program::signal;

/// A simulator, as cargo builds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Simulator {
    /// Its package.
    pub package: String,
    /// The example of the package that it is; without one, it is the package's program.
    pub example: Option<String>,
}

impl Simulator {
    /// The simulator of that name in the workspace at `root`: `serial-sim` is a program in `crates/simulators`, and
    /// `sht40-sim` an example of the driver `sht40` in `crates/sensors`.
    pub fn find(root: &Path, name: &str) -> Option<Self> {
        if root.join("crates/simulators").join(name).join("src/main.rs").is_file() {
            return Some(Self { package: name.to_owned(), example: None });
        }
        let package = name.strip_suffix("-sim")?.to_owned();
        let example = root.join("crates/sensors").join(&package).join("examples").join(format!("{name}.rs"));
        example.is_file().then(|| Self { package, example: Some(name.to_owned()) })
    }

    /// The executable of the simulator `name` in the folder that cargo builds programs into.
    pub fn path(built: &Path, name: &str) -> PathBuf {
        let example = built.join("examples").join(name);
        if example.is_file() { example } else { built.join(name) }
    }
}

/// A simulator that runs. Dropping it ends it.
#[derive(Debug)]
pub struct RunningSimulator {
    child: Child,
    address: String,
    /// Kept open, since a program may end when its reader is gone.
    output: BufReader<ChildStdout>,
}

impl RunningSimulator {
    /// Starts a simulator and reads its address, which is its first line.
    ///
    /// # Errors
    /// The program does not start, or prints no address.
    pub fn start<'a>(program: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let problem = |error: std::io::Error| format!("{}: {error}", program.display());
        let mut command = commands::built(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(problem)?;
        let output = child.stdout.take().ok_or_else(|| format!("{}: no output", program.display()))?;
        let mut simulator = Self { child, address: String::new(), output: BufReader::new(output) };
        let mut line = String::new();
        simulator.output.read_line(&mut line).map_err(problem)?;
        line.trim().clone_into(&mut simulator.address);
        if simulator.address.is_empty() {
            return Err(format!("{} prints no address", program.display()));
        }
        Ok(simulator)
    }

    /// Its address: a URL, or the path of a port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Pauses its process: it neither reads nor answers.
    pub(crate) fn pause(&self) {
        signal(self.child.id(), "STOP");
    }

    /// Lets it go on after a [pause](Self::pause).
    pub(crate) fn go_on(&self) {
        signal(self.child.id(), "CONT");
    }
}

impl Drop for RunningSimulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(script: &str) -> Result<RunningSimulator, String> {
        RunningSimulator::start(Path::new("/bin/sh"), ["-c", script])
    }

    #[test]
    fn a_simulator_prints_its_address_and_goes_on() {
        let mut simulator = start("echo /dev/pts/7; exec sleep 60").unwrap();
        assert_eq!(simulator.address(), "/dev/pts/7");
        assert!(simulator.child.try_wait().unwrap().is_none());
    }

    #[test]
    fn a_simulator_without_an_address_is_refused() {
        assert!(start("exit 1").is_err_and(|problem| problem.contains("prints no address")));
    }

    #[test]
    fn a_simulator_is_a_program_or_an_example_of_a_driver() {
        let root = tempfile::tempdir().unwrap();
        for file in ["crates/simulators/serial-sim/src/main.rs", "crates/sensors/sht40/examples/sht40-sim.rs"]
        {
            let file = root.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
        }
        let find = |name| Simulator::find(root.path(), name);
        assert_eq!(find("serial-sim"), Some(Simulator { package: "serial-sim".into(), example: None }));
        let example = Simulator { package: "sht40".into(), example: Some("sht40-sim".into()) };
        assert_eq!(find("sht40-sim"), Some(example));
        assert_eq!(find("sea-sim"), None);
    }
}

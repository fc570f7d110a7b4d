//! A simulator as a program, for the demo, for tests of programs, and for people.

use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser};

use crate::{Faults, Options, Place, Port, Recording, Sensor};

/// Place and faults of a line, as arguments of a simulator.
#[derive(Debug, Clone, Args)]
pub struct LineArguments {
    /// Path of the port that stays the same; without it, that of its terminal, which changes with each plug.
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
    /// Share of the frames that come after stray bytes, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    noise: f64,
    /// Share of the frames with a changed bit, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    bad_checksums: f64,
    /// Share of the frames in whose middle the sensor resets, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    resets: f64,
    /// Seed of the faults.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

/// Simulates a serial sensor on a pseudo-terminal, with faults on request.
///
/// The first line on stdout is the path of the port. The program runs until it is stopped. On stdin it takes `unplug`,
/// `plug` and `reset`, a line each.
#[derive(Debug, Parser)]
#[command(version)]
pub struct SimulatorArguments {
    /// File of answers that are sent in place of those of the model: a line of hexadecimal bytes each, `-` for silence.
    #[arg(long, value_name = "FILE")]
    recording: Option<PathBuf>,
    #[command(flatten)]
    line: LineArguments,
}

/// The simulator of one sensor: a program that reads its arguments, and runs the sensor that `model` makes. The model
/// gets the recording that the call names.
pub fn simulate<S: Sensor>(model: impl FnOnce(Option<Recording>) -> S) -> ExitCode {
    let arguments = SimulatorArguments::parse();
    match arguments.recording().and_then(|recording| arguments.line.run(model(recording))) {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

impl SimulatorArguments {
    fn recording(&self) -> io::Result<Option<Recording>> {
        self.recording.as_deref().map(Recording::open).transpose()
    }
}

impl LineArguments {
    /// Starts the sensor, prints its path, and obeys standard input, until the process is stopped.
    ///
    /// # Errors
    /// There is no pseudo-terminal, or standard output is closed.
    pub fn run(&self, sensor: impl Sensor) -> io::Result<std::convert::Infallible> {
        let mut port = Port::start_with(self.options(), sensor)?;
        writeln!(io::stdout(), "{}", port.path().display())?;
        for line in io::stdin().lock().lines() {
            match line?.trim() {
                "unplug" => port.unplug(),
                "plug" => {
                    port.plug()?;
                    writeln!(io::stdout(), "{}", port.path().display())?;
                }
                "reset" => port.reset(),
                "" => {}
                other => eprintln!("simulator: `{other}` is none of unplug, plug, reset"),
            }
        }
        // Standard input has ended, and the sensor goes on.
        loop {
            std::thread::park();
        }
    }

    fn options(&self) -> Options {
        let faults = Faults { noise: self.noise, bad_checksums: self.bad_checksums, resets: self.resets };
        let place = self.link.clone().map_or(Place::Terminal, Place::At);
        Options { place, faults, seed: self.seed }
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "a share is a number from 0 to 1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<SimulatorArguments, String> {
        let words = format!("simulator {line}");
        SimulatorArguments::try_parse_from(words.split_whitespace()).map_err(|error| error.to_string())
    }

    #[test]
    fn options_are_read_in_both_spellings() {
        let arguments =
            read("--link /tmp/port --noise=0.1 --bad-checksums 0.2 --resets 0.01 --seed 7").unwrap();
        let options = arguments.line.options();
        assert_eq!(options.faults, Faults { noise: 0.1, bad_checksums: 0.2, resets: 0.01 });
        assert_eq!(options.seed, 7);
    }

    #[test]
    fn mistakes_are_named() {
        assert!(read("--noise 2").unwrap_err().contains("a number from 0 to 1"));
        assert!(read("--seed").unwrap_err().contains("a value is required"));
        assert!(read("--nois 1").unwrap_err().contains("'--noise'"));
    }

    #[test]
    fn a_recording_that_is_not_there_is_named() {
        let problem = read("--recording /nowhere/frames.hex").unwrap().recording().unwrap_err();
        assert!(problem.to_string().starts_with("/nowhere/frames.hex: "), "{problem}");
    }
}

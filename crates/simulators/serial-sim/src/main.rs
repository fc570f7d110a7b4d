//! The program: a simulated sensor on a port, for the demo and for people.

use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, value_parser};
use serial_sim::{LineArguments, Recording, Sds011Sim, Street};

/// Simulates a serial sensor on a pseudo-terminal, with faults on request.
///
/// The first line on stdout is the path of the port. The program runs until it is stopped. On stdin it takes `unplug`,
/// `plug` and `reset`, a line each.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
enum Arguments {
    /// The fine-dust sensor SDS011, in the air of a street.
    Sds011 {
        /// Length of a day of the simulated air.
        #[arg(long, value_name = "SECONDS", default_value_t = 86400, value_parser = value_parser!(u32).range(1..))]
        day: u32,
        /// File of answers that are sent in place of the air: a line of hexadecimal bytes each, `-` for silence.
        #[arg(long, value_name = "FILE")]
        recording: Option<PathBuf>,
        #[command(flatten)]
        line: LineArguments,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("serial-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> io::Result<Infallible> {
    let Arguments::Sds011 { day, recording, line } = arguments;
    line.run(match recording {
        Some(path) => Sds011Sim::replaying(Recording::open(&path)?),
        None => Sds011Sim::new(Street { day: Duration::from_secs(day.into()) }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_a_length() {
        let Arguments::Sds011 { day, .. } =
            Arguments::try_parse_from(["serial-sim", "sds011", "--day=60"]).unwrap();
        assert_eq!(day, 60);
        let refusal = Arguments::try_parse_from(["serial-sim", "sds011", "--day", "0"]).unwrap_err();
        assert!(refusal.to_string().contains("'0'"), "{refusal}");
    }
}

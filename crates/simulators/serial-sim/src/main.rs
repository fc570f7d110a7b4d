//! The program: a simulated sensor on a port, for the demo and for people.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, value_parser};
use serial_sim::{LineArguments, Sds011Sim, Street};

/// Simulates a serial sensor on a pseudo-terminal, with faults on request.
///
/// The first line on stdout is the path of the port. The program runs until it is stopped. On stdin it takes `unplug`,
/// `plug` and `reset`, a line each.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
enum Arguments {
    /// The fine-dust sensor SDS011, in the air of a street.
    Sds011Sim {
        /// Length of a day of the simulated air.
        #[arg(long, value_name = "SECONDS", default_value_t = 86400, value_parser = value_parser!(u32).range(1..))]
        day: u32,
        #[command(flatten)]
        line: LineArguments,
    },
}

fn main() -> ExitCode {
    let Arguments::Sds011Sim { day, line } = Arguments::parse();
    let street = Street { day: Duration::from_secs(day.into()) };
    match line.run(Sds011Sim::new(street)) {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("serial-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_a_length() {
        let Arguments::Sds011Sim { day, .. } =
            Arguments::try_parse_from(["serial-sim", "sds011", "--day=60"]).unwrap();
        assert_eq!(day, 60);
        let refusal = Arguments::try_parse_from(["serial-sim", "sds011", "--day", "0"]).unwrap_err();
        assert!(refusal.to_string().contains("'0'"), "{refusal}");
    }
}

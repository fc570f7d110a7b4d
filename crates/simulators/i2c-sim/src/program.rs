//! A simulator as a program, for the demo, for tests of programs, and for people.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Parser;

use crate::{Bus, BusServer, Clock, Device, Recording};

/// Simulates a sensor on an I2C bus, which is behind a Unix socket.
///
/// The first line on stdout is the address of the bus. The program runs until it is stopped. Waits of the driver take no
/// time.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Path of the socket; without it, one in a new folder.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// File of answers in place of those of the model: a line of hexadecimal bytes each, `-` for no acknowledgement.
    #[arg(long, value_name = "FILE")]
    recording: Option<PathBuf>,
}

/// The simulator of one sensor: a program that reads its arguments, and puts the sensor that `model` makes on a bus, at
/// `address`. The model gets the recording that the call names, and the clock that the waits of the driver move.
pub fn simulate<D: Device + 'static>(
    address: u8,
    model: impl FnOnce(Option<Recording>, Clock) -> D,
) -> ExitCode {
    match serve(&Arguments::parse(), address, model) {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve<D: Device + 'static>(
    arguments: &Arguments,
    address: u8,
    model: impl FnOnce(Option<Recording>, Clock) -> D,
) -> io::Result<std::convert::Infallible> {
    let recording = arguments.recording.as_ref().map(|path| {
        let named = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
        Recording::parse(&text).map_err(|error| named(&error))
    });
    let clock = Clock::manual();
    // The model begins at the present time of day.
    clock.advance(SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default());
    let bus = Bus::new().with(address, model(recording.transpose()?, clock.clone()));
    serve_bus(arguments.socket.as_deref(), bus, clock)
}

/// Serves a bus at the path of a socket, or at a new one; prints its address, and goes on until the process is stopped.
///
/// # Errors
/// The socket cannot be made, or nobody reads the address.
pub fn serve_bus(socket: Option<&Path>, bus: Bus, clock: Clock) -> io::Result<std::convert::Infallible> {
    let server = match socket {
        Some(path) => BusServer::start_at(path, bus, clock)?,
        None => BusServer::start(bus, clock)?,
    };
    writeln!(io::stdout(), "{}", server.address())?;
    loop {
        std::thread::park();
    }
}

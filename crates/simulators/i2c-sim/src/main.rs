//! The program: a bus with a simulated sensor on a Unix socket, for the demo and for people.

use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::{Parser, ValueEnum};
use i2c_sim::{Bus, Clock, Recording, Room, Scd4xSim};

/// A bus with a simulated sensor on a Unix socket.
///
/// The first line on stdout is the address of the bus. The program runs until it is stopped. Waits of the sensor take
/// no time, so each reading comes at once and finds the room some seconds later.
#[derive(Parser)]
#[command(name = "i2c-sim", version)]
struct Arguments {
    /// The sensor on the bus.
    sensor: Sensor,
    /// Path of the socket; without it, one in a new folder.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Length of a day of the simulated room.
    #[arg(long, value_name = "SECONDS", default_value = "86400", value_parser = clap::value_parser!(u32).range(1..))]
    day: u32,
    /// File of measurements that are played in place of the room, as test cases have them.
    #[arg(long, value_name = "FILE")]
    measurements: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Sensor {
    /// Sensirion SCD40: CO2, temperature, humidity.
    Scd4x,
    /// None: a bus on which nobody answers.
    None,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("i2c-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<Infallible> {
    let clock = Clock::manual();
    let bus = bus(arguments, &clock)?;
    i2c_sim::serve_bus(arguments.socket.as_deref(), bus, clock)
}

fn bus(arguments: &Arguments, clock: &Clock) -> io::Result<Bus> {
    if let Sensor::None = arguments.sensor {
        return Ok(Bus::new());
    }
    let Some(path) = &arguments.measurements else {
        // The room begins at the present time of day.
        clock.advance(SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default());
        let room = Room { day: Duration::from_secs(arguments.day.into()) };
        return Ok(Scd4xSim::new(room, clock.clone()).on_bus());
    };
    let recording = Recording::parse(&std::fs::read_to_string(path)?).map_err(io::Error::other)?;
    Ok(Scd4xSim::replaying(recording, clock.clone()).on_bus())
}

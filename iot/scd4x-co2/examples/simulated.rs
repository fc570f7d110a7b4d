//! The program on a simulated bus, for machines that have no sensor: the same code but for the bus.
//!
//! Waits of the sensor take no time, so a reading comes at once and each finds the room some seconds later.
//!
//! | Variable | Meaning |
//! |---|---|
//! | `SIMULATED_DAY_SECONDS` | how long a day of the room takes; 86400 |
//! | `SIMULATED_MEASUREMENTS` | file of measurements to be played in place of the room, as the test cases have them |
//! | `SIMULATED_ABSENCE` | anything: the bus is empty |

#[path = "../src/measure.rs"]
mod measure;
#[path = "../src/setup.rs"]
mod setup;
#[path = "../src/transform.rs"]
mod transform;

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use i2c_sim::{Bus, Clock, Recording, Room, Scd4x};
use runner::Device;

use measure::{Config, measure, program};

fn main() -> ExitCode {
    let clock = Clock::manual();
    let bus = match bus(&clock) {
        Ok(bus) => bus,
        Err(problem) => {
            eprintln!("simulated: {problem}");
            return ExitCode::FAILURE;
        }
    };
    runner::device(program(), async |device: &Device<Config>| {
        measure(device, |_| Ok((bus.clone(), clock.clone()))).await
    })
}

fn bus(clock: &Clock) -> Result<Bus, String> {
    let variable = |name: &str| std::env::var(name).ok();
    if variable("SIMULATED_ABSENCE").is_some() {
        return Ok(Bus::new());
    }
    if let Some(path) = variable("SIMULATED_MEASUREMENTS") {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        return Ok(Scd4x::replaying(Recording::parse(&text)?, clock.clone()).on_bus());
    }
    let day = variable("SIMULATED_DAY_SECONDS").map_or(Ok(86_400), |text| text.parse());
    let day = Duration::from_secs(day.map_err(|_| "SIMULATED_DAY_SECONDS must be a whole number")?);
    // It begins at the time of day that it is.
    clock.advance(SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default());
    Ok(Scd4x::new(Room { day }, clock.clone()).on_bus())
}

//! A device that reads a temperature from a file, as Linux shows sensors. The tests of devices run it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use fault::{Fault, Kind};
use record::{Record, Timestamp};
use runner::{Device, Failure, Polling, program};
use settings::Settings;

#[derive(Settings)]
struct Config {
    /// File that holds the temperature in thousandths of a degree, such as `/sys/class/thermal/thermal_zone0/temp`.
    #[setting(name = "THERMOMETER_FILE")]
    file: PathBuf,
}

/// A temperature.
#[derive(Record)]
#[record(measurement = "temperature")]
struct Temperature {
    #[record(time)]
    at: Timestamp,
    /// Temperature of the machine.
    #[record(unit = "°C", valid = -40.0..=125.0)]
    temp: f64,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the file cannot be read")]
    Unreadable(#[source] std::io::Error),
    #[error("the file holds no number")]
    NoNumber(#[source] std::num::ParseFloatError),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Unreadable(_) => Kind::Temporary,
            Self::NoNumber(_) => Kind::Rejected,
        }
    }
}

fn main() -> ExitCode {
    runner::device(program!().record::<Temperature>().every(Duration::from_secs(10)), measure)
}

async fn measure(device: &Device<Config>) -> Result<(), Failure> {
    device
        .poll(
            Polling { interval: device.interval(), warm_up: 0, stale_after: None },
            async || Ok(device.config.file.clone()),
            async |file: &mut PathBuf| {
                let text = std::fs::read_to_string(file).map_err(Error::Unreadable)?;
                let temp = text.trim().parse::<f64>().map_err(Error::NoNumber)? / 1000.0;
                Ok([Temperature { at: Timestamp::now(), temp }])
            },
        )
        .await
}

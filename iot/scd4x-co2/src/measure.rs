//! The work of the program, on whatever bus the sensor is.

use std::path::PathBuf;
use std::time::Duration;

use embedded_hal::i2c::I2c;
use fault::{Fault, Kind};
use record::Timestamp;
use runner::{Device, Failure, Polling, Program, program};
use scd4x::{DelayNs, Scd4x};
use settings::Settings;

use crate::setup::Setup;
use crate::transform::{IndoorAir, Origin};

#[derive(Settings)]
pub struct Config {
    #[setting(block)]
    bus: i2c_bus::Config,
    #[setting(block)]
    setup: Setup,
    #[setting(block)]
    origin: Origin,
}

/// Why there is no sensor.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no bus.
    #[error(transparent)]
    Bus(#[from] i2c_bus::Error),
    /// There is a bus, and no SCD40 or SCD41 on it that works.
    #[error("{}", bus.display())]
    Sensor {
        /// Which bus.
        bus: PathBuf,
        /// What the sensor did.
        source: scd4x::Error,
    },
}

/// The first reading after a start is 0 ppm, or still that of another room.
const WARM_UP: u32 = 1;
/// Temperature and humidity have steps so small that they never stand still together.
const STALE_AFTER: u32 = 20;

pub fn program() -> Program {
    program!().every(Duration::from_mins(1)).record::<IndoorAir>()
}

/// Reads the sensor on the bus that `attach` opens, with the delay that belongs to it.
pub async fn measure<B: I2c, D: DelayNs>(
    device: &Device<Config>,
    attach: impl Fn(&i2c_bus::Config) -> Result<(B, D), i2c_bus::Error>,
) -> Result<(), Failure> {
    let Config { bus, setup, origin } = &device.config;
    let begin = async || {
        let (i2c, delay) = attach(bus)?;
        let mut sensor = Scd4x::new(i2c, delay);
        let begun = sensor.begin(&setup.of_sensor()).await;
        begun.map_err(|source| Error::Sensor { bus: bus.path.clone(), source })?;
        Ok::<_, Error>(sensor)
    };
    let polling = Polling { interval: device.interval(), warm_up: WARM_UP, stale_after: Some(STALE_AFTER) };
    device
        .poll(
            polling,
            async || device.open(begin()).await,
            async |sensor| {
                let reading = device.extract(sensor.read()).await?;
                Ok(vec![IndoorAir::of(&reading, Timestamp::now(), origin)])
            },
        )
        .await
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Bus(error) => error.kind(),
            Self::Sensor { source, .. } => source.kind(),
        }
    }
}

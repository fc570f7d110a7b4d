//! Measures CO2, temperature and humidity with an SCD40 or SCD41 and stores them as `indoor_air`.

mod setup;
mod transform;

use std::process::ExitCode;
use std::time::Duration;

use i2c_bus::{Bus, Timer};
use record::Timestamp;
use runner::{Device, Failure, Polling, program};
use scd4x::Scd4x;
use sensor_error::{OnPort as _, SensorError};
use settings::Settings;
use site::Site;

use setup::SensorSettings;
use transform::IndoorAir;

#[derive(Settings)]
struct Config {
    #[setting(block)]
    bus: i2c_bus::Config,
    #[setting(block)]
    setup: SensorSettings,
    #[setting(block)]
    site: Site,
}

const INTERVAL: Duration = Duration::from_mins(1);
/// The first reading after a start is 0 ppm, or still that of another room.
const WARM_UP: u32 = 1;
/// Temperature and humidity have steps so small that they never stand still together.
const STALE_AFTER: u32 = 20;

fn main() -> ExitCode {
    runner::device(program!().every(INTERVAL).record::<IndoorAir>(), measure)
}

async fn measure(device: &Device<Config>) -> Result<(), Failure> {
    let Config { bus, setup, site } = &device.config;
    let polling = Polling { interval: device.interval(), warm_up: WARM_UP, stale_after: Some(STALE_AFTER) };
    device
        .poll(
            polling,
            async || Ok(begin(bus, setup).await?),
            async |sensor| {
                let reading = sensor.read().await?;
                Ok(vec![IndoorAir::of(&reading, Timestamp::now(), site.origin("scd4x"))])
            },
        )
        .await
}

async fn begin(config: &i2c_bus::Config, setup: &SensorSettings) -> Result<Scd4x<Bus, Timer>, SensorError> {
    let (bus, timer) = config.open()?;
    let mut sensor = Scd4x::new(bus, timer);
    sensor.begin(&setup.of_sensor()).await.on(config)?;
    Ok(sensor)
}

//! Measures fine dust with an SDS011 on a serial port and stores it as `air_quality`.

mod sampling;
mod sensor;
mod transform;

use std::process::ExitCode;
use std::time::Duration;

use record::Timestamp;
use runner::{Device, Failure, Polling, program};
use settings::Settings;

use sampling::Sampling;
use sensor::Sensor;
use transform::{AirQuality, Origin};

#[derive(Settings)]
struct Config {
    #[setting(block)]
    port: serial_port::Config,
    #[setting(block)]
    sampling: Sampling,
    #[setting(block)]
    origin: Origin,
}

/// Dust moves slowly, and the laser lasts longer.
const INTERVAL: Duration = Duration::from_mins(5);
/// In clean air the same values may come back for hours.
const STALE_AFTER: u32 = 200;

fn main() -> ExitCode {
    runner::device(program!().every(INTERVAL).record::<AirQuality>(), measure)
}

async fn measure(device: &Device<Config>) -> Result<(), Failure> {
    let Config { port, sampling, origin } = &device.config;
    let sampling = &if device.check().is_some() { sampling.hasty() } else { sampling.clone() };
    // The sensor warms up by itself, each time it is awake.
    let polling = Polling { interval: device.interval(), warm_up: 0, stale_after: Some(STALE_AFTER) };
    device
        .poll(
            polling,
            async || Ok(Sensor::open(port).await?),
            async |sensor| {
                let reading = sensor.measure(sampling).await?;
                match sampling.again_in(&reading).filter(|_| !device.is_once()) {
                    Some(wait) => device.next_in(wait),
                    None => sensor.rest(sampling).await,
                }
                Ok(vec![AirQuality::of(&reading, Timestamp::now(), sensor.number(), origin)])
            },
        )
        .await?;
    if !device.is_once() {
        device.leave(Sensor::leave(port, sampling)).await;
    }
    Ok(())
}

//! Measures fine dust with an SDS011 on a serial port and stores it as `air_quality`.

mod sampling;
mod transform;

use std::process::ExitCode;
use std::time::Duration;

use record::Timestamp;
use runner::{Device, Failure, Polling, program};
use sds011::{DeviceId, Sds011};
use sensor_error::{OnPort as _, SensorError};
use serial_port::SerialPort;
use settings::Settings;
use site::Site;

use sampling::Sampling;
use transform::AirQuality;

#[derive(Settings)]
struct Config {
    #[setting(block)]
    port: serial_port::Config,
    #[setting(block)]
    sampling: Sampling,
    #[setting(block)]
    site: Site,
}

/// Dust moves slowly, and the laser lasts longer.
const INTERVAL: Duration = Duration::from_mins(5);
/// In clean air the same values may come back for hours.
const STALE_AFTER: u32 = 200;

fn main() -> ExitCode {
    runner::device(program!().every(INTERVAL).record::<AirQuality>(), measure)
}

async fn measure(device: &Device<Config>) -> Result<(), Failure> {
    let Config { port, sampling, site } = &device.config;
    let sampling = &if device.check().is_some() { sampling.hasty() } else { sampling.clone() };
    // The sensor warms up by itself, each time it is awake.
    let polling = Polling { interval: device.interval(), warm_up: 0, stale_after: Some(STALE_AFTER) };
    device
        .poll(
            polling,
            async || Ok(open(port).await?),
            async |(sensor, number)| {
                let reading = sensor.measure(&sampling.cycle()).await?;
                match sampling.again_in(&reading).filter(|_| !device.is_once()) {
                    Some(wait) => device.next_in(wait),
                    // A reading is not lost because the sensor stays awake. The failure shows at the next one.
                    None => drop(rest(sensor, sampling).await),
                }
                Ok(vec![AirQuality::of(&reading, Timestamp::now(), site.origin(*number))])
            },
        )
        .await?;
    // The sensor is not read any more, so it need not be awake.
    if !device.is_once() && sampling.sleeps {
        let asleep = async { rest(&mut open(port).await?.0, sampling).await.on(port) };
        device.leave(async { drop(asleep.await) }).await;
    }
    Ok(())
}

async fn open(config: &serial_port::Config) -> Result<(Sds011<SerialPort>, DeviceId), SensorError> {
    let mut sensor = Sds011::new(config.open(sds011::BAUD)?);
    let number = sensor.begin().await.on(config)?;
    Ok((sensor, number))
}

/// Puts the sensor to sleep where it sleeps between readings.
async fn rest(sensor: &mut Sds011<SerialPort>, sampling: &Sampling) -> Result<(), sds011::Error> {
    if sampling.sleeps { sensor.sleep().await } else { Ok(()) }
}

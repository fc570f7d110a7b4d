//! Reads the air quality of each place from OpenWeather, now or over a window of the past, and stores it as `airq`.

mod transform;

use std::process::ExitCode;
use std::time::Duration;

use openweather::{AirPollution, OpenWeather};
use place::{Location, Place, Places};
use runner::{Failure, Run, program};
use settings::Settings;

use transform::AirQuality;

/// Cities do not move, but names are sometimes corrected.
const MONTH: Duration = Duration::from_hours(30 * 24);

#[derive(Settings)]
struct Config {
    #[setting(block)]
    openweather: openweather::Config,
    #[setting(block)]
    places: Places,
    /// Measurement to write.
    #[setting(name = "MEASUREMENT", also = "AIR_QUALITY_MEASUREMENT", default = "airq")]
    measurement: String,
}

fn main() -> ExitCode {
    runner::job(program!().record::<AirQuality>().with_history(), etl)
}

async fn etl(run: &Run<Config>) -> Result<(), Failure> {
    let openweather = OpenWeather::new(&run.config.openweather, run.http());
    let ask = async |place| air_pollution(run, &openweather, place).await;
    let replies = run.extract_each(&run.config.places, ask).await?;
    let may_be_empty = run.window().is_some();
    let readings =
        run.transform_each(replies, |place, reply| transform::readings(place, reply, may_be_empty))?;
    run.load_as(&run.config.measurement, &readings.concat()).await
}

async fn air_pollution(
    run: &Run<Config>,
    openweather: &OpenWeather,
    place: &Place,
) -> Result<AirPollution, openweather::Error> {
    let at = match &place.location {
        Location::At(coordinates) => *coordinates,
        // This product knows coordinates only.
        Location::City(name) => {
            let ask = async || openweather.locate(name).await;
            run.remember(&format!("city/{name}"), MONTH, ask).await?
        }
    };
    match run.window() {
        Some(window) => openweather.air_pollution_history(at, window.since, window.until).await,
        None => openweather.air_pollution(at).await,
    }
}

//! Reads the air quality of each place from OpenWeather, now or over a window of the past, and stores it as `airq`.

mod transform;

use std::process::ExitCode;
use std::time::Duration;

use openweather::OpenWeather;
use place::{Places, Point};
use runner::{Failure, Run, Window, program};
use settings::Settings;

use transform::AirQuality;

/// Cities do not move, but names are sometimes corrected.
const MONTH: Duration = Duration::from_hours(30 * 24);
/// The past is read in parts of some 2000 readings for each place.
const QUARTER: Duration = Duration::from_hours(90 * 24);

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
    let locate = async |city: &str| {
        run.remember(&format!("city/{city}"), MONTH, async || openweather.locate(city).await).await
    };
    // This product knows coordinates only.
    let places = run.extract_each(&run.config.places, async |place| place.point(&locate).await).await?;
    let work = async |window: Option<Window>| {
        let points = places.iter().map(|(_, point)| point);
        let ask = async |point: &Point| openweather.air_pollution(point.at, window.map(Window::range)).await;
        let replies = run.extract_each(points, ask).await?;
        let readings =
            run.transform_each(replies, |point, reply| transform::readings(point, reply, window.is_some()))?;
        run.load_as(&run.config.measurement, &readings.concat()).await
    };
    run.each_window(QUARTER, work).await
}

//! Reads the current weather of each place from OpenWeather and stores it as `weather`.

mod transform;

use std::process::ExitCode;

use openweather::OpenWeather;
use place::Places;
use runner::{Failure, Run, program};
use settings::Settings;

use transform::Weather;

#[derive(Settings)]
struct Config {
    #[setting(block)]
    openweather: openweather::Config,
    #[setting(block)]
    places: Places,
    /// Measurement to write.
    #[setting(name = "MEASUREMENT", also = "WEATHER_MEASUREMENT", default = "weather")]
    measurement: String,
}

fn main() -> ExitCode {
    runner::job(program!().record::<Weather>(), etl)
}

async fn etl(run: &Run<Config>) -> Result<(), Failure> {
    let openweather = OpenWeather::new(&run.config.openweather, run.http());
    let replies = run
        .extract_each(&run.config.places, async |place| openweather.current_weather(&place.location).await)
        .await?;
    let weather = run.transform_each(replies, Weather::at)?;
    run.load_as(&run.config.measurement, &weather).await
}

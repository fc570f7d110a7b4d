//! Reads the three-hour forecast of each place from OpenWeather and stores its steps as `weather_forecasts`.

mod transform;

use std::process::ExitCode;

use openweather::OpenWeather;
use place::Places;
use runner::{Failure, Run, program};
use settings::Settings;

use transform::Step;

#[derive(Settings)]
struct Config {
    #[setting(block)]
    openweather: openweather::Config,
    #[setting(block)]
    places: Places,
    /// Measurement to write.
    #[setting(name = "MEASUREMENT", also = "FORECAST_MEASUREMENT", default = "weather_forecasts")]
    measurement: String,
}

fn main() -> ExitCode {
    runner::job(program!().record::<Step>(), etl)
}

async fn etl(run: &Run<Config>) -> Result<(), Failure> {
    let openweather = OpenWeather::new(&run.config.openweather, run.http());
    let replies = run
        .extract_each(&run.config.places, async |place| openweather.forecast(&place.location).await)
        .await?;
    let forecasts = run.transform_each(replies, transform::steps)?;
    run.load_as(&run.config.measurement, &forecasts.concat()).await
}

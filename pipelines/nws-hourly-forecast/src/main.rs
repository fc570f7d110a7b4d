//! Reads the hourly forecast of each place from the National Weather Service and stores it as `nws_hourly_forecast`.

mod transform;

use std::process::ExitCode;
use std::time::Duration;

use nws::{Forecast, Grid, Nws};
use place::{Point, Points};
use runner::{Failure, Run, program};
use settings::Settings;

use transform::Hour;

/// Age up to which the grid cell of a place is used again: it changes rarely.
const DAY: Duration = Duration::from_hours(24);

#[derive(Settings)]
struct Config {
    #[setting(block)]
    nws: nws::Config,
    /// Without any, Seattle and Boston, so that a first run has something to show.
    #[setting(block)]
    places: Option<Points>,
}

fn main() -> ExitCode {
    runner::job(program!().record::<Hour>(), etl)
}

async fn etl(run: &Run<Config>) -> Result<(), Failure> {
    let nws = Nws::new(&run.config.nws, run.http());
    let places = run.config.places.clone().unwrap_or_else(Points::examples);
    let replies = run.extract_each(&places, async |place| forecast(run, &nws, place).await).await?;
    let forecasts =
        run.transform_each(replies, |place, (grid, reply)| transform::hours(place, &grid, reply))?;
    run.load(&forecasts.concat()).await
}

async fn forecast(run: &Run<Config>, nws: &Nws, place: &Point) -> Result<(Grid, Forecast), nws::Error> {
    let key = format!("grid/{}", place.at);
    let ask = async || nws.grid(place.at).await;
    run.use_remembered(&key, DAY, ask, async |grid| nws.hourly_forecast(grid).await).await
}

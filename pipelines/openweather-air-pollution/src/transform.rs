//! From the reply to the records.

use openweather::{AirPollution, Reading};
use openweather_fields::Source;
use place::Point;
use record::{Record, Timestamp};

/// Air quality at one place.
#[derive(Debug, Clone, Record)]
#[record(measurement = "airq")]
pub struct AirQuality {
    /// Time of the estimate.
    #[record(time)]
    pub at: Timestamp,
    #[record(flatten)]
    pub source: Source,
    /// Carbon monoxide.
    #[record(unit = "µg/m³")]
    pub carbon_monoxide: Option<f64>,
    /// Particles up to 2.5 µm.
    #[record(unit = "µg/m³")]
    pub pm_2: Option<f64>,
    /// Particles up to 10 µm.
    #[record(unit = "µg/m³")]
    pub pm_10: Option<f64>,
    /// Air quality index of OpenWeather, from 1, good, to 5, very poor.
    pub aqi: Option<f64>,
    /// Nitrogen monoxide.
    #[record(unit = "µg/m³")]
    pub no: Option<f64>,
    /// Nitrogen dioxide.
    #[record(unit = "µg/m³")]
    pub no2: Option<f64>,
    /// Ozone.
    #[record(unit = "µg/m³")]
    pub o3: Option<f64>,
    /// Sulphur dioxide.
    #[record(unit = "µg/m³")]
    pub so2: Option<f64>,
    /// Ammonia.
    #[record(unit = "µg/m³")]
    pub nh3: Option<f64>,
}

/// A reply without air quality.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It has no reading with a value, though the present was requested.
    #[error("the reply has no reading")]
    Empty,
    /// A reading, counted from 0, has no time.
    #[error("reading {reading} is of `dt` {dt}, which is no time")]
    NoTime { reading: usize, dt: i64 },
}

/// All readings of the reply for `point`. One without any value is left out. Only a window of the past may be empty.
pub fn readings(point: &Point, reply: AirPollution, may_be_empty: bool) -> Result<Vec<AirQuality>, Error> {
    let readings = reply.list.into_iter().enumerate();
    let record = |(index, reading): (usize, Reading)| {
        record(&point.name, &reading).ok_or(Error::NoTime { reading: index, dt: reading.dt })
    };
    let mut readings = readings.map(record).collect::<Result<Vec<_>, _>>()?;
    readings.retain(Record::has_fields);
    if readings.is_empty() && !may_be_empty { Err(Error::Empty) } else { Ok(readings) }
}

fn record(city: &str, reading: &Reading) -> Option<AirQuality> {
    let components = &reading.components;
    Some(AirQuality {
        at: openweather::time(reading.dt)?,
        source: Source { api: "Air Quality", city: city.to_owned() },
        carbon_monoxide: components.co,
        pm_2: components.pm2_5,
        pm_10: components.pm10,
        aqi: reading.main.aqi,
        no: components.no,
        no2: components.no2,
        o3: components.o3,
        so2: components.so2,
        nh3: components.nh3,
    })
}

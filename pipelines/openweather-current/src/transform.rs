//! From the reply to the record.

use openweather_fields::{Conditions, Source};
use place::Place;
use record::{Record, Timestamp};

/// Weather at one place, as observed.
#[derive(Debug, Record)]
#[record(measurement = "weather")]
pub struct Weather {
    /// Time of the observation.
    #[record(time)]
    pub observed_at: Timestamp,
    #[record(flatten)]
    pub source: Source,
    #[record(flatten)]
    pub conditions: Conditions,
    /// Rain in the last hour; absent when it is dry.
    #[record(unit = "mm")]
    pub rain_1h: Option<f64>,
    /// Rain in the last three hours, where that is all that is known.
    #[record(unit = "mm")]
    pub rain_3h: Option<f64>,
    /// Snow in the last hour; absent when none falls.
    #[record(unit = "mm")]
    pub snow_1h: Option<f64>,
    /// Snow in the last three hours, where that is all that is known.
    #[record(unit = "mm")]
    pub snow_3h: Option<f64>,
    /// Sunrise, since 1970 UTC; absent in the polar day and night.
    #[record(unit = "s")]
    pub sunrise: Option<i64>,
    /// Sunset, since 1970 UTC; absent in the polar day and night.
    #[record(unit = "s")]
    pub sunset: Option<i64>,
    /// Time of the observation, since 1970 UTC.
    #[record(unit = "s")]
    pub time_stamp: i64,
}

/// A reply that is no observation.
#[derive(Debug, thiserror::Error)]
#[error("the reply was observed at `dt` {0}, which is no time")]
pub struct NoTime(i64);

impl Weather {
    /// The record of a reply for `place`.
    pub fn at(place: &Place, reply: openweather::WeatherReport) -> Result<Self, NoTime> {
        let ((rain_1h, rain_3h), (snow_1h, snow_3h)) = (reply.rain.best(), reply.snow.best());
        Ok(Self {
            observed_at: openweather::time(reply.dt).ok_or(NoTime(reply.dt))?,
            source: Source { api: "current_weather", city: place.name_or(reply.name.as_deref()) },
            rain_1h,
            rain_3h,
            snow_1h,
            snow_3h,
            sunrise: reply.sys.sunrise.filter(|time| *time != 0),
            sunset: reply.sys.sunset.filter(|time| *time != 0),
            time_stamp: reply.dt,
            conditions: reply.into(),
        })
    }
}

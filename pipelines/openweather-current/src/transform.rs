//! From the reply to the record.

use openweather::CurrentWeather;
use place::Place;
use record::{Record, Timestamp};

/// Weather at one place, as observed.
#[derive(Debug, Record)]
#[record(measurement = "weather")]
pub struct Weather {
    /// When it was observed.
    #[record(time)]
    pub observed_at: Timestamp,
    /// The product of OpenWeather it comes from.
    #[record(tag, name = "OpenWeatherAPI")]
    pub api: &'static str,
    /// Name of the place, from the settings or else from OpenWeather.
    #[record(tag)]
    pub city: String,
    /// Conditions in a word, as in `Rain`.
    pub weather: Option<String>,
    /// Conditions in words, as in `light rain`.
    pub description: Option<String>,
    /// Air temperature.
    #[record(unit = "°C")]
    pub temp: f64,
    /// Apparent temperature.
    #[record(unit = "°C")]
    pub feels_like: Option<f64>,
    /// Lowest temperature in the area at the time.
    #[record(unit = "°C")]
    pub low: Option<f64>,
    /// Highest temperature in the area at the time.
    #[record(unit = "°C")]
    pub high: Option<f64>,
    /// Pressure at sea level.
    #[record(unit = "hPa")]
    pub barometric_pressure: Option<f64>,
    /// Relative humidity.
    #[record(unit = "%")]
    pub humidity: Option<f64>,
    /// Wind speed.
    #[record(unit = "m/s")]
    pub wind: Option<f64>,
    /// Where the wind comes from.
    #[record(unit = "°")]
    pub wind_degrees: Option<f64>,
    /// Wind speed in gusts; absent when it is calm.
    #[record(unit = "m/s")]
    pub wind_gust: Option<f64>,
    /// Cloud cover.
    #[record(unit = "%")]
    pub clouds: Option<f64>,
    /// Visibility, 10 km at most.
    #[record(unit = "m")]
    pub visibility: Option<f64>,
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
    /// When it was observed, since 1970 UTC.
    #[record(unit = "s")]
    pub time_stamp: i64,
}

/// A reply that is no observation.
#[derive(Debug, thiserror::Error)]
#[error("the reply was observed at `dt` {0}, which is no time")]
pub struct NoTime(i64);

impl Weather {
    /// Record of a reply about `place`.
    pub fn at(place: &Place, reply: CurrentWeather) -> Result<Self, NoTime> {
        let condition = reply.weather.unwrap_or_default().into_iter().next();
        let (rain_1h, rain_3h) = reply.rain.map_or((None, None), |rain| rain.best());
        let (snow_1h, snow_3h) = reply.snow.map_or((None, None), |snow| snow.best());
        Ok(Self {
            observed_at: openweather::time(reply.dt).ok_or(NoTime(reply.dt))?,
            api: "current_weather",
            city: place.name_or(reply.name.as_deref()),
            weather: condition.as_ref().and_then(|condition| condition.main.clone()),
            description: condition.and_then(|condition| condition.description),
            temp: reply.main.temp,
            feels_like: reply.main.feels_like,
            low: reply.main.temp_min,
            high: reply.main.temp_max,
            barometric_pressure: reply.main.pressure,
            humidity: reply.main.humidity,
            wind: reply.wind.as_ref().and_then(|wind| wind.speed),
            wind_degrees: reply.wind.as_ref().and_then(|wind| wind.deg),
            wind_gust: reply.wind.as_ref().and_then(|wind| wind.gust),
            clouds: reply.clouds.and_then(|clouds| clouds.all),
            visibility: reply.visibility,
            rain_1h,
            rain_3h,
            snow_1h,
            snow_3h,
            sunrise: reply.sys.as_ref().and_then(|sun| sun.sunrise).filter(|time| *time != 0),
            sunset: reply.sys.as_ref().and_then(|sun| sun.sunset).filter(|time| *time != 0),
            time_stamp: reply.dt,
        })
    }
}

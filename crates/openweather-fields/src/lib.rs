//! Fields that the records of OpenWeather's products share.

use record::Fields;

/// The tags of every record of OpenWeather.
#[derive(Debug, Clone, PartialEq, Eq, Fields)]
pub struct Source {
    /// The product of OpenWeather it comes from.
    #[record(tag, name = "OpenWeatherAPI")]
    pub api: &'static str,
    /// Name of the place, in the settings or else by OpenWeather; or its coordinates.
    #[record(tag)]
    pub city: String,
}

/// Weather conditions, observed or forecast.
#[derive(Debug, Clone, PartialEq, Fields)]
pub struct Conditions {
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
    /// Direction the wind comes from.
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
}

impl From<openweather::WeatherReport> for Conditions {
    fn from(weather: openweather::WeatherReport) -> Self {
        let condition = weather.conditions.0.into_iter().next().unwrap_or_default();
        Self {
            weather: condition.main,
            description: condition.description,
            temp: weather.main.temp,
            feels_like: weather.main.feels_like,
            low: weather.main.temp_min,
            high: weather.main.temp_max,
            barometric_pressure: weather.main.pressure,
            humidity: weather.main.humidity,
            wind: weather.wind.speed,
            wind_degrees: weather.wind.deg,
            wind_gust: weather.wind.gust,
            clouds: weather.clouds.all,
            visibility: weather.visibility,
        }
    }
}

/// Compiles the example of the front page.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

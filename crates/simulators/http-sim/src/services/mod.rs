//! Simulated services.

mod alertmanager;
mod files;
mod heartbeat;
mod influxdb;
mod nws;
mod openweather;
mod paths;
mod slack;

pub use alertmanager::Alertmanager;
pub use files::{Files, FilesError};
pub use heartbeat::Heartbeat;
pub use influxdb::{InfluxDb, Point};
pub use nws::Nws;
pub use openweather::OpenWeather;
pub use paths::Paths;
pub use slack::Slack;

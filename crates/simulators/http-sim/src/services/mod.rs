//! Simulated services.

mod alertmanager;
mod files;
mod heartbeat;
mod influxdb;
mod nws;
mod openweather;
mod paths;
mod slack;

pub use alertmanager::AlertmanagerSim;
pub use files::{Files, FilesError};
pub use heartbeat::Heartbeat;
pub use influxdb::{InfluxDb, Point};
pub use nws::NwsSim;
pub use openweather::OpenWeatherSim;
pub use paths::Paths;
pub use slack::SlackSim;

//! Private instances of real servers: started for a test, gone with it.
//!
//! Each takes a free port of the loopback address and a fresh folder below the system's temporary one, is ready when
//! `start` returns, and stops when it is dropped or when the test's process ends, however it ends. None touches a
//! server that already runs. `shared` starts one for all tests of a program, which cannot stop it.

mod certificates;
mod disk;
mod docker;
mod front;
mod http;
mod influxdb;
mod link;
mod missing;
mod mosquitto;
mod namespace;
mod postgres;
mod process;
mod registry;
mod s3;
mod user;
mod victoria_metrics;

pub use disk::SmallDisk;
pub use docker::Docker;
pub use influxdb::{Influxdb, Row};
pub use link::{Link, Network};
pub use missing::Missing;
pub use mosquitto::{Mosquitto, MosquittoSetup};
pub use namespace::Namespace;
pub use postgres::Postgres;
pub use registry::Registry;
pub use s3::S3;
pub use victoria_metrics::VictoriaMetrics;

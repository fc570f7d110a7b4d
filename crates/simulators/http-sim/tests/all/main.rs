//! Tests of the simulators over sockets.

// Clippy knows the tests themselves, not the functions they share.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

mod alertmanager;
mod client;
mod faults;
mod files;
mod influxdb;
mod nws;
mod openweather;
mod program;
mod server;
mod slack;

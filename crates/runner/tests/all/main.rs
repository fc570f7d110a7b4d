//! Programs of the runner from outside: devices, their settings, services, copies of one program.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod copies;
mod device;
mod device_settings;
mod service;
mod terminal;

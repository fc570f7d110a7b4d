//! Programs of the runner from outside: devices, services, copies of one program.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod copies;
mod device;
mod service;
mod terminal;

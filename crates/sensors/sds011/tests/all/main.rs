//! The driver against scripted bytes, and against a simulated sensor.

mod driver;
mod live;

//! The driver against scripted transactions, and against a simulated sensor.

mod live;
mod script;

//! MQTT as a sink: each record is a message that the broker acknowledges.
//!
//! This crate does not retry, does not keep unpublished records, and does not know the subscribers.

mod config;
mod payload;
mod sink;
mod template;

pub use config::{Config, PayloadForm};
pub use sink::MqttSink;

/// The name of the store, in settings, errors and logs.
const NAME: &str = "mqtt";

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

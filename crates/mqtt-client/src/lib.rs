//! MQTT connections: settings, TLS, publishing and subscribing with acknowledgements.
//!
//! [`Subscription`] receives messages, which the broker keeps until the program acknowledges them. [`Publisher`] sends
//! messages and reports when the broker has acknowledged them.
//!
//! This crate does not know records, stores or the meaning of topics.

mod acknowledgements;
mod certificate;
mod coalescing;
mod config;
mod connection;
mod error;
mod event;
mod framing;
mod in_flight_limit;
mod message;
mod options;
mod publish_loop;
mod publisher;
mod receive_buffer;
mod receive_loop;
mod reconnection;
mod subscription;
mod topic;
mod transport;
mod url;

pub use config::Config;
pub use error::Error;
pub use event::Event;
pub use message::{Filter, Message, Qos, Token};
pub use publisher::{Publisher, Receipt};
pub use subscription::Subscription;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

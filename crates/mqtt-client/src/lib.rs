//! MQTT connections: settings, TLS, publishing and subscribing with acknowledgements.
//!
//! [`Subscription`] takes messages from a broker that keeps them until the program has stored them. [`Publisher`]
//! gives messages to a broker and says when they have arrived.
//!
//! This crate does not know records, stores, or what a topic means.

mod acknowledgements;
mod backoff;
mod certificate;
mod config;
mod connection;
mod error;
mod framing;
mod handover;
mod message;
mod options;
mod pace;
mod publisher;
mod receiver;
mod sender;
mod subscription;
mod topic;
mod transport;
mod url;
mod window;

pub use config::Config;
pub use error::Error;
pub use message::{Filter, Message, Qos, Token};
pub use publisher::{Publisher, Receipt};
pub use subscription::{Event, Subscription};

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

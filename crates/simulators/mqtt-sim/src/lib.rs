//! A simulated MQTT broker and simulated devices, with faults on request.
//!
//! A [`Broker`] speaks MQTT 3.1.1 on a thread of its own, on a free port of the loopback address, until it is dropped.
//! It records published messages, can be stopped and restarted, and injects [`InjectedFault`]s. [`devices`] has the messages of
//! devices at a given time, and a [`Client`] publishes them to any broker.
//!
//! This crate does not know its clients, and nothing that ships depends on it.

mod broker;
mod client;
pub mod devices;
mod message;

pub use broker::{Broker, InjectedFault, Options, ParseFaultError};
pub use client::{Client, ClientError};
pub use message::{Message, Qos};

/// Compiles the example of the front page.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

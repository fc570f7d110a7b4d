//! An MQTT broker and the devices that speak to it, faults on request.
//!
//! A [`Broker`] speaks MQTT 3.1.1 on a thread of its own, on a free port of the loopback address, until it is dropped.
//! It keeps what was published, can be stopped and started again, and misbehaves as its [`Fault`]s say. What devices
//! send is in [`devices`]: each knows what it says at a given time, and a [`Client`] brings it to any broker.
//!
//! This crate does not know the clients it answers, and nothing that ships depends on it.

mod broker;
mod client;
pub mod devices;
mod message;

pub use broker::{Broker, Fault, Options, ParseFaultError};
pub use client::{Client, ClientError};
pub use message::{Message, Qos};

/// Compiles the example of the front page.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! Simulators of HTTP services that speak the real protocol, with faults on request.
//!
//! A [`Server`] runs a [`Service`] on a thread of its own, on a free port of the loopback address, until it is dropped.
//! It records all requests, and injects [`InjectedFault`]s. Simulators of the services that programs of this platform use are
//! in [`services`]; a closure from [`Request`] to [`Reply`] is a service as well.
//! This crate does not know its clients, and nothing that ships depends on it.

mod body;
mod climate;
mod clock;
mod connection;
mod fault;
mod reply;
mod request;
mod server;
pub mod services;
mod shared;

pub use clock::Clock;
pub use fault::{FailureMode, InjectedFault, ParseFaultError};
pub use reply::{Delivery, Reply};
pub use request::Request;
pub use server::{Options, Server};

/// A service that answers HTTP requests.
///
/// A service with state is a cheap clone of itself, so that a test can inspect the one it started.
pub trait Service: Send + Sync + 'static {
    /// Answers a request. It may block: other requests are answered meanwhile.
    fn reply(&self, request: &Request) -> Reply;
}

impl<F: Fn(&Request) -> Reply + Send + Sync + 'static> Service for F {
    fn reply(&self, request: &Request) -> Reply {
        self(request)
    }
}

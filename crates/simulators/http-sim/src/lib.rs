//! Stand-ins for HTTP services that speak their real protocol, faults on request.
//!
//! A [`Server`] runs a [`Service`] on a thread of its own, on a free port of the loopback address, until it is
//! dropped. It keeps every request it saw, and misbehaves as its [`Fault`]s say. The services that programs of this
//! platform talk to are in [`services`]; a closure from [`Request`] to [`Reply`] is a service as well.
//!
//! This crate does not know the clients it answers, and nothing that ships depends on it.

mod body;
mod climate;
mod clock;
mod connection;
mod fault;
mod reply;
mod request;
mod server;
pub mod services;

pub use clock::Clock;
pub use fault::{Fault, Kind, ParseFaultError};
pub use reply::{Delivery, Reply};
pub use request::Request;
pub use server::{Options, Server};

/// Something that answers HTTP requests.
///
/// A service that keeps something is a cheap clone of itself, so that a test can look into the one it started.
pub trait Service: Send + Sync + 'static {
    /// The answer to one request. It may block, as a proxy does: other requests are answered meanwhile.
    fn reply(&self, request: &Request) -> Reply;
}

impl<F: Fn(&Request) -> Reply + Send + Sync + 'static> Service for F {
    fn reply(&self, request: &Request) -> Reply {
        self(request)
    }
}

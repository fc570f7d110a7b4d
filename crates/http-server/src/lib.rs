//! A small HTTP server for programs that run until they are stopped.
//!
//! A program says which [`Route`]s it has and who may use them; the rest is the same for all of them and is here:
//! limits on connections, time and size, security headers, the log of requests, a graceful end.
//!
//! - It listens on the loopback address unless it is told otherwise, speaks HTTP/1.1, and leaves TLS to a proxy.
//! - Without the right credentials, nothing is answered but routes that are [public](Route::public).
//! - Every response forbids whatever its page was not made to do: scripts, frames, outside resources.
//!
//! Handlers run on one thread, side by side, and may hold what is bound to it, such as an `Rc`.
//!
//! This crate does not know HTML, records or stores.

mod access;
mod config;
mod connection;
mod error;
mod request;
mod response;
mod route;
mod router;
mod server;

pub use access::Access;
pub use config::Config;
pub use error::Error;
pub use hyper::{Method, StatusCode};
pub use prometheus_client as prometheus;
pub use request::Request;
pub use response::Response;
pub use route::{Route, get, post};
pub use router::Router;
pub use server::Server;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! A small HTTP server for programs that run until they are stopped.
//!
//! A program declares its [`Route`]s and their access; limits on connections, time and size, security headers, the
//! request log and graceful shutdown are the same for all programs.
//!
//! - It listens on the loopback address by default, speaks HTTP/1.1, and leaves TLS to a proxy.
//! - Requests without valid credentials get only the routes that are [public](Route::public).
//! - Every response has security headers that forbid scripts, frames and outside resources.
//!
//! Handlers run concurrently on one thread, and may hold values that are not `Send`, such as an `Rc`.
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

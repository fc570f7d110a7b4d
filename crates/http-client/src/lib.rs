//! One HTTP policy for every client: timeouts, limits, retries, typed errors.
//!
//! A program builds one [`Client`]. It creates a [`RemoteService`] for each outside API, and each call is a [`Request`] with
//! the name of its operation, so that every [`Error`] names both: `nws points: 404 Not Found: …`.
//!
//! The policy of all calls:
//!
//! - An attempt has a time limit, body included; connecting has a shorter one.
//! - A body is read up to a limit, counted after decompression.
//! - Temporary failures are repeated by [`fault::Retry`], which obeys `Retry-After`.
//! - At most five redirects are followed. A request with a secret or a body never leaves its origin.
//! - Proxies of the environment are not used: a program contacts only the addresses in its configuration. To go through
//!   a gateway, use it as the base URL of the service; a path prefix is kept.
//! - Errors and other printed text contain no URL and no secret.
//!
//! This crate does not know records, stores or settings.

mod client;
mod error;
mod exchange;
mod json;
mod message;
mod origin;
mod reply;
mod request;
mod retry_after;
mod service;
mod transport;

pub use bytes::Bytes;
pub use client::{BuildError, Client, Options};
pub use error::{Cause, Error};
pub use reply::Reply;
pub use request::Request;
pub use reqwest::{Method, StatusCode};
pub use service::RemoteService;
pub use transport::Transport;
pub use url::Url;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

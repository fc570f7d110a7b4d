//! One HTTP policy for every client: timeouts, limits, retries, typed errors.
//!
//! A program builds one [`Client`]. Each outside API gets a [`Service`] from it, and each call is a [`Request`] with
//! the name of its operation, so that every [`Error`] says who failed at what: `nws points: 404 Not Found: …`.
//!
//! The policy, the same for all:
//!
//! - One attempt has a total time, body included; connecting has its own, shorter one.
//! - A body is read up to a limit, counted after decompression.
//! - What fails for a passing reason is repeated by [`fault::Retry`], which obeys `Retry-After`.
//! - Five redirects are followed at most. A request that carries a secret or a body never leaves its origin.
//! - Proxies named in the environment are not used: what a program contacts is what its configuration says. To go
//!   through a gateway, set the base URL of the service to it; a path prefix in it is kept.
//! - No error, and nothing else that prints, holds a URL or a secret.
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
pub use service::Service;
pub use transport::Transport;
pub use url::Url;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

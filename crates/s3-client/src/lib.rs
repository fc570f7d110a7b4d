//! Objects in a bucket of an S3-compatible service: AWS, MinIO, Garage and the like.
//!
//! A [`Bucket`] lists, reads, writes and removes objects over the one HTTP client of a program, so that TLS, time
//! limits and retries are those of every other service. Requests are signed with the key of [`Config`], whose variables
//! have the names that the AWS tools use. Buckets are addressed by path, which every such service understands.
//!
//! The clock of the machine may be wrong by any amount: the time of the server is learned from its first refusal.
//!
//! This crate does not know spools or records.

mod bucket;
mod config;
mod error;
mod signing;

pub use bucket::{Bucket, Condition, Listed, Object, Put};
pub use config::Config;
pub use error::Error;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

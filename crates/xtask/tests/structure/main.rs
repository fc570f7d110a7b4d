//! The architecture as tests: allowed dependencies, the places of code, and a page for every part.
//!
//! Each failure lists every breach at once, with what to do about it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod keys;
mod knowledge;
mod layers;
mod manifests;
mod pages;
mod paths;
mod shape;
mod sources;
mod workspace;

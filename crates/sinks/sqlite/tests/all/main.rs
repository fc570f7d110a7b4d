//! The store as a file: the claims of every SQL store, and its own.

mod conformance;
mod sqlite;

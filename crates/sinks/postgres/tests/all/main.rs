//! The store in a real PostgreSQL: the claims of every SQL store, and its own.

mod columns;
mod conformance;
mod database;
mod postgres;

//! Reads what programs stored.

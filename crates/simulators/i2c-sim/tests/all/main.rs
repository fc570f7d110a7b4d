//! The simulated sensor, on a bus in this process and behind a socket.

mod scd4x;
mod socket;

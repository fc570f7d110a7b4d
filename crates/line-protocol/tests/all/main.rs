//! Lines against the vectors of other implementations, and there and back.

mod round_trip;
mod vectors;

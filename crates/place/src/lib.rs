//! Places on Earth, as a person writes them in a setting.
//!
//! One place is `CITY`, or `LAT` and `LONG`, or all three; several are `PLACES`, or several cities. A source that
//! knows cities takes [`Places`], one that needs coordinates takes [`Points`].

mod coordinates;
mod settings_block;

use std::fmt;

pub use coordinates::Coordinates;
pub use settings_block::{Places, Points};

/// A place: where it is, by name or by coordinates, and what it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Configured name; `None` without one.
    pub name: Option<String>,
    /// Where it is.
    pub location: Location,
}

/// Where a place is.
#[derive(Debug, Clone, PartialEq)]
pub enum Location {
    /// By name, as in `Seattle` or `Portland,OR,US`.
    City(String),
    /// By coordinates.
    At(Coordinates),
}

/// A place by its coordinates.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Name in records; its coordinates without a configured one.
    pub name: String,
    /// Where it is.
    pub at: Coordinates,
}

impl Place {
    /// Name in records: the configured one, or the one of the source, or the coordinates.
    pub fn name_or(&self, from_source: Option<&str>) -> String {
        match (&self.name, from_source) {
            (None, Some(name)) if !name.trim().is_empty() => name.to_owned(),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, &self.location) {
            (Some(name), _) | (None, Location::City(name)) => f.write_str(name),
            (None, Location::At(at)) => at.fmt(f),
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

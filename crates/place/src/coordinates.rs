//! Latitude and longitude.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A point on Earth in decimal degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coordinates {
    latitude: f64,
    longitude: f64,
}

impl Coordinates {
    /// From decimal degrees; `None` outside of ±90 and ±180.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        on_earth.then_some(Self { latitude, longitude })
    }

    /// Degrees north of the equator.
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east of Greenwich.
    pub fn longitude(self) -> f64 {
        self.longitude
    }
}

/// As services want it: `47.6062,-122.3321`, at most four decimals (11 m), none of them a trailing zero.
impl fmt::Display for Coordinates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", rounded(self.latitude), rounded(self.longitude))
    }
}

/// To four decimals; a negative zero loses its sign.
fn rounded(degrees: f64) -> f64 {
    (degrees * 10_000.0).round() / 10_000.0 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_at_most_four_decimals_and_no_trailing_zero() {
        let print = |latitude, longitude| Coordinates::new(latitude, longitude).unwrap().to_string();
        assert_eq!(print(47.606_209, -122.332_071), "47.6062,-122.3321");
        assert_eq!(print(30.0, -85.5), "30,-85.5");
        assert_eq!(print(-0.000_01, 0.0), "0,0");
    }

    #[test]
    fn rejects_coordinates_outside_the_globe() {
        assert_eq!(Coordinates::new(90.1, 0.0), None);
        assert_eq!(Coordinates::new(0.0, -180.5), None);
        assert_eq!(Coordinates::new(f64::NAN, 0.0), None);
    }
}

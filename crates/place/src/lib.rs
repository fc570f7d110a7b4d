//! Places on Earth, as a person writes them in a setting.
//!
//! One place is `CITY`, or `LAT` and `LONG`, or all three; several are `PLACES`, or several cities. A source that
//! knows cities takes [`Places`], one that needs coordinates takes [`Points`].

mod coordinates;
mod settings_block;

use std::fmt;

pub use coordinates::Coordinates;
pub use settings_block::{Places, Points};

/// A place: its location, by name or by coordinates, and its name in records.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Configured name; `None` without one.
    pub name: Option<String>,
    /// Location.
    pub location: Location,
}

/// Location of a place.
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
    /// Coordinates.
    pub at: Coordinates,
}

impl Place {
    /// The place by its coordinates, for a source that knows no cities. The coordinates of a city are looked up.
    ///
    /// # Errors
    ///
    /// The error of looking up.
    pub async fn point<E>(
        &self,
        look_up: impl AsyncFnOnce(&str) -> Result<Coordinates, E>,
    ) -> Result<Point, E> {
        let at = match &self.location {
            Location::At(coordinates) => *coordinates,
            Location::City(name) => look_up(name).await?,
        };
        Ok(Point { name: self.to_string(), at })
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_city_is_looked_up_and_coordinates_are_not() {
        let oslo = Coordinates::new(59.9, 10.7).unwrap();
        let look_up = async |city: &str| if city == "Oslo" { Ok(oslo) } else { Err("unknown") };
        let city = |name: &str| Place { name: None, location: Location::City(name.to_owned()) };
        assert_eq!(city("Oslo").point(look_up).await, Ok(Point { name: "Oslo".to_owned(), at: oslo }));
        assert_eq!(city("Osl").point(look_up).await, Err("unknown"));
        let home = Place { name: Some("home".to_owned()), location: Location::At(oslo) };
        assert_eq!(home.point(async |_: &str| Err("asked")).await.map(|point| point.name), Ok("home".into()));
    }
}

//! The settings of the places that a program reads.

use settings::{Setting, Settings, Source, Variable};

use crate::{Coordinates, Location, Place, Point};

/// One place or several, by name or by coordinates. At least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Places(Vec<Place>);

/// One place or several, by coordinates. At least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Points(Vec<Point>);

#[derive(Settings)]
struct Written {
    /// Several places with their coordinates, as in `Seattle:47.6062,-122.3321;Boston:42.3601,-71.0589`.
    #[setting(name = "PLACES")]
    places: Option<List>,
    /// City names, as in `Seattle` or `Portland,OR,US`; several with semicolons. With `LAT` and `LONG`: what that place is called.
    #[setting(name = "CITY")]
    city: Option<String>,
    /// Latitude in decimal degrees, as in `47.6062`.
    #[setting(name = "LAT", range = -90..=90, unit = "°")]
    latitude: Option<f64>,
    /// Longitude in decimal degrees, as in `-122.3321`.
    #[setting(name = "LONG", range = -180..=180, unit = "°")]
    longitude: Option<f64>,
}

struct List(Vec<(String, Coordinates)>);

impl Places {
    /// Each place, in the order written.
    pub fn iter(&self) -> impl Iterator<Item = &Place> {
        self.0.iter()
    }
}

impl Points {
    /// Seattle and Boston, for a first run without configured places.
    pub fn examples() -> Self {
        let cities = [("Seattle", 47.6062, -122.3321), ("Boston", 42.3601, -71.0589)];
        let point = |(name, latitude, longitude)| {
            Some(Point { name: String::from(name), at: Coordinates::new(latitude, longitude)? })
        };
        Self(cities.into_iter().filter_map(point).collect())
    }

    /// Each place, in the order written.
    pub fn iter(&self) -> impl Iterator<Item = &Point> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Places {
    type Item = &'a Place;
    type IntoIter = std::slice::Iter<'a, Place>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Points {
    type Item = &'a Point;
    type IntoIter = std::slice::Iter<'a, Point>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Settings for Places {
    fn variables() -> Vec<Variable> {
        Written::variables()
    }

    fn read(source: &mut Source) -> Option<Self> {
        let places = places(source)?;
        if places.is_empty() {
            source.mistake("CITY", "is required, or LAT and LONG, or PLACES: the places to read");
            return None;
        }
        Some(Self(places))
    }

    fn is_there(source: &Source) -> bool {
        is_there(source)
    }
}

impl Settings for Points {
    fn variables() -> Vec<Variable> {
        Written::variables()
    }

    fn read(source: &mut Source) -> Option<Self> {
        let points: Option<Vec<_>> = places(source)?.into_iter().map(point).collect();
        match points {
            Some(points) if !points.is_empty() => Some(Self(points)),
            _ => {
                source.mistake("LAT", "and LONG are required, or PLACES: this source knows no city names");
                None
            }
        }
    }

    fn is_there(source: &Source) -> bool {
        is_there(source)
    }
}

fn is_there(source: &Source) -> bool {
    Written::variables().iter().any(|variable| source.is_set(variable))
}

/// Reads the configured places; empty without any, `None` after a mistake.
fn places(source: &mut Source) -> Option<Vec<Place>> {
    let written = Written::read(source)?;
    let at = match (written.latitude, written.longitude) {
        (Some(latitude), Some(longitude)) => Coordinates::new(latitude, longitude),
        (None, None) => None,
        (Some(_), None) => return mistake(source, "LONG", "is required where LAT is set"),
        (None, Some(_)) => return mistake(source, "LAT", "is required where LONG is set"),
    };
    let cities = written.city.as_deref().map(cities).unwrap_or_default();
    match (written.places, at, cities.as_slice()) {
        (Some(_), Some(_), _) => {
            mistake(source, "PLACES", "stands in place of LAT and LONG; set one or the other")
        }
        (Some(List(list)), None, _) => Some(list.into_iter().map(|(name, at)| named(name, at)).collect()),
        (None, Some(at), []) => Some(vec![Place { name: None, location: Location::At(at) }]),
        (None, Some(at), [name]) => Some(vec![named(name.clone(), at)]),
        (None, Some(_), _) => mistake(source, "CITY", "names several cities, but LAT and LONG are one place"),
        (None, None, _) => Some(cities.into_iter().map(by_name).collect()),
    }
}

fn mistake<T>(source: &mut Source, name: &str, message: &str) -> Option<T> {
    source.mistake(name, message);
    None
}

fn cities(text: &str) -> Vec<String> {
    text.split(';').map(str::trim).filter(|city| !city.is_empty()).map(ToOwned::to_owned).collect()
}

fn by_name(city: String) -> Place {
    Place { name: Some(city.clone()), location: Location::City(city) }
}

fn named(name: String, at: Coordinates) -> Place {
    Place { name: Some(name), location: Location::At(at) }
}

fn point(place: Place) -> Option<Point> {
    match place.location {
        Location::At(at) => Some(Point { name: place.name.unwrap_or_else(|| at.to_string()), at }),
        Location::City(_) => None,
    }
}

impl Setting for List {
    const TAKES: &'static str = "places as `Name:LAT,LONG`, separated by semicolons";

    fn parse(text: &str) -> Result<Self, String> {
        let entries = text.split(';').map(str::trim).filter(|entry| !entry.is_empty());
        let list: Option<Vec<_>> = entries.map(entry).collect();
        list.filter(|list| !list.is_empty()).map(Self).ok_or_else(|| format!("must be {}", Self::TAKES))
    }
}

/// `Name:LAT,LONG`; the last colon ends the name, so a name may hold one.
fn entry(text: &str) -> Option<(String, Coordinates)> {
    let (name, at) = text.rsplit_once(':')?;
    let (latitude, longitude) = at.split_once(',')?;
    let at = Coordinates::new(latitude.trim().parse().ok()?, longitude.trim().parse().ok()?)?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty()).map(|name| (name, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Settings>(variables: &[(&str, &str)]) -> Result<T, String> {
        let mut source = Source::of(variables.iter().copied());
        let block = T::read(&mut source);
        source.finish().map_err(|mistakes| mistakes.to_string())?;
        block.ok_or_else(|| "nothing read and no mistake".to_owned())
    }

    fn names(variables: &[(&str, &str)]) -> Vec<String> {
        read::<Places>(variables).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn reads_one_place_in_each_way() {
        assert_eq!(names(&[("CITY", "Portland,OR,US")]), ["Portland,OR,US"]);
        assert_eq!(names(&[("LAT", "47.6062"), ("LONG", "-122.3321")]), ["47.6062,-122.3321"]);
        let place = read::<Places>(&[("CITY", "Seattle"), ("LAT", "47.6"), ("LONG", "-122.3")]).unwrap();
        let at = Coordinates::new(47.6, -122.3).unwrap();
        assert_eq!(place.0, [Place { name: Some("Seattle".into()), location: Location::At(at) }]);
    }

    #[test]
    fn reads_several_places() {
        let places = [("PLACES", "Seattle:47.6062,-122.3321; Boston:42.3601,-71.0589;")];
        assert_eq!(names(&places), ["Seattle", "Boston"]);
        assert_eq!(names(&[("CITY", "Seattle; London,GB")]), ["Seattle", "London,GB"]);
    }

    #[test]
    fn half_a_place_is_a_mistake() {
        assert_eq!(read::<Places>(&[("LAT", "47.6")]).unwrap_err(), "LONG is required where LAT is set");
        let none = "CITY is required, or LAT and LONG, or PLACES: the places to read";
        assert_eq!(read::<Places>(&[]).unwrap_err(), none);
    }

    #[test]
    fn coordinates_outside_the_globe_are_a_mistake() {
        let mistakes = read::<Places>(&[("LAT", "north"), ("LONG", "181")]).unwrap_err();
        assert_eq!(
            mistakes,
            "LAT must be a number from -90 to 90 °\nLONG must be a number from -180 to 180 °"
        );
        let message = "PLACES must be places as `Name:LAT,LONG`, separated by semicolons";
        assert_eq!(read::<Places>(&[("PLACES", "Seattle:91,0")]).unwrap_err(), message);
        assert_eq!(read::<Places>(&[("PLACES", "47.6,-122.3")]).unwrap_err(), message);
    }

    #[test]
    fn points_need_coordinates() {
        let points = read::<Points>(&[("LAT", "30"), ("LONG", "-85")]).unwrap();
        assert_eq!(points.iter().map(ToString::to_string).collect::<Vec<_>>(), ["30,-85"]);
        let message = "LAT and LONG are required, or PLACES: this source knows no city names";
        assert_eq!(read::<Points>(&[("CITY", "Seattle")]).unwrap_err(), message);
    }
}

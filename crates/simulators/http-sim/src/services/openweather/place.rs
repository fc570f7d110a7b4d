//! Places: cities known by name, and any coordinates.

/// A place on earth.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// Id of a city; 0 elsewhere.
    pub(super) id: u32,
    /// Name of the city; empty elsewhere.
    pub(super) name: &'static str,
    /// Country code by ISO 3166; empty elsewhere.
    pub(super) country: &'static str,
    /// Degrees north.
    pub(super) latitude: f64,
    /// Degrees east.
    pub(super) longitude: f64,
    /// Seconds ahead of UTC, without summer time.
    pub(super) offset: i32,
}

const CITIES: [Place; 14] = [
    city(5_128_581, "New York", "US", 40.7143, -74.006, -5),
    city(5_809_844, "Seattle", "US", 47.6062, -122.3321, -8),
    city(4_671_654, "Austin", "US", 30.2671, -97.7431, -6),
    city(5_746_545, "Portland", "US", 45.5234, -122.6762, -8),
    city(5_419_384, "Denver", "US", 39.7392, -104.9847, -7),
    city(2_643_743, "London", "GB", 51.5085, -0.1257, 0),
    city(2_988_507, "Paris", "FR", 48.8534, 2.3488, 1),
    city(2_950_159, "Berlin", "DE", 52.5244, 13.4105, 1),
    city(3_143_244, "Oslo", "NO", 59.9127, 10.7461, 1),
    city(3_413_829, "Reykjavik", "IS", 64.1355, -21.8954, 0),
    city(3_128_760, "Barcelona", "ES", 41.3888, 2.159, 1),
    city(1_850_147, "Tokyo", "JP", 35.6895, 139.6917, 9),
    city(2_147_714, "Sydney", "AU", -33.8679, 151.2073, 10),
    city(184_745, "Nairobi", "KE", -1.2833, 36.8167, 3),
];

/// Radius of a city, in degrees.
const NEAR: f64 = 0.15;

const fn city(
    id: u32,
    name: &'static str,
    country: &'static str,
    latitude: f64,
    longitude: f64,
    hours: i32,
) -> Place {
    Place { id, name, country, latitude, longitude, offset: hours * 3600 }
}

impl Place {
    /// Finds the city of a query such as `London`, `london,GB` or `Portland,OR,US`.
    pub(super) fn named(query: &str) -> Option<Self> {
        let mut parts = query.split(',').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let country = parts.next_back();
        let fits = |city: &&Self| {
            city.name.eq_ignore_ascii_case(name)
                && country.is_none_or(|country| city.country.eq_ignore_ascii_case(country))
        };
        CITIES.iter().find(fits).cloned()
    }

    /// Place at coordinates, with the name of a city if it is in one.
    pub(super) fn at(latitude: f64, longitude: f64) -> Self {
        let near = |city: &&Self| (city.latitude - latitude).hypot(city.longitude - longitude) < NEAR;
        match CITIES.iter().find(near) {
            Some(city) => Self { latitude, longitude, ..city.clone() },
            None => Self { id: 0, name: "", country: "", latitude, longitude, offset: sun_offset(longitude) },
        }
    }
}

/// Offset of the solar time zone, in seconds.
fn sun_offset(longitude: f64) -> i32 {
    let hours = format!("{:.0}", longitude / 15.0);
    hours.parse().unwrap_or(0) * 3600
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_is_found_by_any_spelling_of_the_query() {
        for query in ["Portland", "portland,us", "Portland, OR, US"] {
            assert_eq!(Place::named(query).map(|city| city.id), Some(5_746_545), "{query}");
        }
        assert_eq!(Place::named("London,US"), None);
        assert_eq!(Place::named("Atlantis"), None);
    }

    #[test]
    fn a_place_in_a_city_has_its_name() {
        assert_eq!(Place::at(51.5, -0.1).name, "London");
        let sea = Place::at(0.0, -160.0);
        assert_eq!((sea.name, sea.offset), ("", -11 * 3600));
    }
}

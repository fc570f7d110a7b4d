//! Forecast offices, their grids and their time zones.

use jiff::tz::TimeZone;

/// A forecast office. Its grid has cells of a twentieth of a degree.
#[derive(Debug, PartialEq)]
pub(super) struct Office {
    /// Three-letter identifier.
    pub(super) id: &'static str,
    latitude: f64,
    longitude: f64,
    /// IANA name of its time zone.
    pub(super) zone: &'static str,
    /// POSIX rule of its time zone, so that no time-zone database is needed.
    rule: &'static str,
}

/// Areas with forecasts: south, north, west, east, in degrees.
const COVERED: [(f64, f64, f64, f64); 5] = [
    (24.4, 49.5, -125.0, -66.8),
    (51.0, 71.6, -180.0, -129.9),
    (18.5, 22.5, -161.0, -154.5),
    (17.6, 18.7, -67.5, -64.5),
    (13.0, 14.0, 144.4, 145.2),
];

const EASTERN: (&str, &str) = ("America/New_York", "EST5EDT,M3.2.0,M11.1.0");
const CENTRAL: (&str, &str) = ("America/Chicago", "CST6CDT,M3.2.0,M11.1.0");
const MOUNTAIN: (&str, &str) = ("America/Denver", "MST7MDT,M3.2.0,M11.1.0");
const PACIFIC: (&str, &str) = ("America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0");

const OFFICES: [Office; 16] = [
    office("BOX", 42.0, -71.1, EASTERN),
    office("OKX", 40.9, -72.9, EASTERN),
    office("LWX", 39.0, -77.5, EASTERN),
    office("FFC", 33.4, -84.6, EASTERN),
    office("MFL", 25.8, -80.4, EASTERN),
    office("LOT", 41.6, -88.1, CENTRAL),
    office("TOP", 39.1, -95.6, CENTRAL),
    office("FWD", 32.8, -97.3, CENTRAL),
    office("BOU", 40.0, -105.3, MOUNTAIN),
    office("PSR", 33.4, -112.0, ("America/Phoenix", "MST7")),
    office("LOX", 34.2, -119.1, PACIFIC),
    office("SEW", 47.7, -122.3, PACIFIC),
    office("AFC", 61.2, -150.0, ("America/Anchorage", "AKST9AKDT,M3.2.0,M11.1.0")),
    office("HFO", 21.3, -157.9, ("Pacific/Honolulu", "HST10")),
    office("SJU", 18.4, -66.0, ("America/Puerto_Rico", "AST4")),
    office("GUM", 13.5, 144.8, ("Pacific/Guam", "ChST-10")),
];

const CELLS_A_DEGREE: f64 = 20.0;
/// Cell of the office itself; large enough that no cell has a negative number.
const CENTER: i32 = 600;

const fn office(
    id: &'static str,
    latitude: f64,
    longitude: f64,
    zone: (&'static str, &'static str),
) -> Office {
    Office { id, latitude, longitude, zone: zone.0, rule: zone.1 }
}

/// The office nearest to a place, or `None` outside of the covered areas.
pub(super) fn at(latitude: f64, longitude: f64) -> Option<&'static Office> {
    let covered = COVERED.iter().any(|(south, north, west, east)| {
        (south..=north).contains(&&latitude) && (west..=east).contains(&&longitude)
    });
    let distance = |office: &&Office| (office.latitude - latitude).hypot(office.longitude - longitude);
    OFFICES.iter().filter(|_| covered).min_by(|one, other| distance(one).total_cmp(&distance(other)))
}

/// The office with this identifier.
pub(super) fn by_id(id: &str) -> Option<&'static Office> {
    OFFICES.iter().find(|office| office.id == id)
}

impl Office {
    /// The grid cell of a place.
    pub(super) fn cell(&self, latitude: f64, longitude: f64) -> (String, String) {
        let number = |degrees: f64| format!("{:.0}", (degrees * CELLS_A_DEGREE).round() + f64::from(CENTER));
        (number(longitude - self.longitude), number(latitude - self.latitude))
    }

    /// Latitude and longitude of the middle of a grid cell.
    pub(super) fn place(&self, x: i32, y: i32) -> (f64, f64) {
        let degrees = |cell: i32| f64::from(cell.saturating_sub(CENTER)) / CELLS_A_DEGREE;
        (self.latitude + degrees(y), self.longitude + degrees(x))
    }

    /// The office's time zone.
    pub(super) fn time_zone(&self) -> TimeZone {
        TimeZone::posix(self.rule).unwrap_or(TimeZone::UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_a_time_zone() {
        assert!(OFFICES.iter().all(|office| TimeZone::posix(office.rule).is_ok()));
    }

    #[test]
    fn a_cell_leads_back_to_its_place() {
        let office = at(45.5, -122.7).unwrap();
        assert_eq!(office.id, "SEW");
        let (x, y) = office.cell(45.5, -122.7);
        let (latitude, longitude) = office.place(x.parse().unwrap(), y.parse().unwrap());
        assert!((latitude - 45.5).abs() < 0.03 && (longitude + 122.7).abs() < 0.03);
    }

    #[test]
    fn europe_has_no_office() {
        assert_eq!(at(52.5, 13.4), None);
    }
}

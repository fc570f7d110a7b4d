//! Numeric series, reduced to the number of points that a chart has room for.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

/// Natural widths of a bucket, in seconds. Wider ones are whole days.
const WIDTHS: [i64; 22] = [
    1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600,
    28_800, 43_200, DAY,
];
const DAY: i64 = 86_400;

/// Selection and resolution of series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Numeric fields, all read in one pass.
    pub fields: Vec<String>,
    /// Required values of tags; each combination of the other tags forms a series.
    pub tags: BTreeMap<String, String>,
    /// Start, inclusive.
    pub since: Timestamp,
    /// End, exclusive.
    pub until: Timestamp,
    /// Largest number of points per series.
    pub max_points: u32,
}

/// Values of one field with one set of tags.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// Name of the field.
    pub field: String,
    /// Tags with their values.
    pub tags: BTreeMap<String, String>,
    /// Points, oldest first; at least one.
    pub points: Vec<Point>,
}

/// Summary of the readings in one bucket of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Time of the first reading; in `InfluxDB`, start of the bucket.
    pub time: Timestamp,
    /// Mean.
    pub mean: f64,
    /// Minimum.
    pub min: f64,
    /// Maximum.
    pub max: f64,
    /// Number of readings.
    pub count: i64,
}

impl Query {
    /// Width of a bucket: the smallest natural one that keeps within the number of points.
    pub(crate) fn width(&self) -> Duration {
        let range = self.until.duration_since(self.since).as_secs().max(0);
        let least = range.div_euclid(i64::from(self.max_points.max(1))).saturating_add(1);
        let width = WIDTHS.into_iter().find(|width| *width >= least);
        let days = || least.div_euclid(DAY).saturating_add(1).saturating_mul(DAY);
        Duration::from_secs(width.unwrap_or_else(days).unsigned_abs())
    }
}

impl Point {
    pub(crate) fn is_finite(&self) -> bool {
        self.mean.is_finite() && self.min.is_finite() && self.max.is_finite()
    }
}

/// Collects the points of many series.
#[derive(Debug, Default)]
pub(crate) struct SeriesBuilder {
    /// By field and tag values, for a stable order.
    series: BTreeMap<(usize, Vec<String>), Vec<Point>>,
}

impl SeriesBuilder {
    pub(crate) fn add(&mut self, field: usize, tags: &[String], point: Point) {
        if point.count == 0 || !point.is_finite() {
            return;
        }
        self.series.entry((field, tags.to_vec())).or_default().push(point);
    }

    /// Builds the series, with the names of their fields and tags.
    pub(crate) fn build(self, fields: &[String], tags: &[String]) -> Vec<Series> {
        let named = |((field, values), points): ((usize, Vec<String>), Vec<Point>)| {
            let tags = tags.iter().cloned().zip(values).filter(|(_, value)| !value.is_empty()).collect();
            Some(Series { field: fields.get(field)?.clone(), tags, points })
        };
        self.series.into_iter().filter_map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn width(seconds: i64, max_points: u32) -> u64 {
        let query = Query {
            fields: vec![],
            tags: BTreeMap::new(),
            since: Timestamp::UNIX_EPOCH,
            until: Timestamp::from_second(seconds).unwrap(),
            max_points,
        };
        query.width().as_secs()
    }

    #[test]
    fn a_bucket_has_a_natural_width_and_there_are_never_too_many() {
        assert_eq!([width(DAY, 300), width(7 * DAY, 300), width(30 * DAY, 300)], [300, 3_600, 10_800]);
        assert_eq!([width(10, 300), width(0, 0), width(4_000 * DAY, 300)], [1, 1, 14 * 86_400]);
        for seconds in [1, 59, 3_600, 100_000, 86_400 * 365] {
            for max_points in [1, 2, 50, 300] {
                let wide = i64::try_from(width(seconds, max_points)).unwrap();
                assert!(seconds / wide < i64::from(max_points), "{seconds} {max_points}");
            }
        }
    }
}

//! SVG paths of series.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

use super::round;
use super::scale::{Times, Values};
use crate::format;

/// A series of values over time, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Label: `Seattle`. Empty if there is only one line.
    pub label: String,
    /// Points.
    pub points: Vec<ChartPoint>,
    /// Latest value, which may be one of many in the last point.
    pub last: Option<f64>,
}

/// Summary of the values around a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChartPoint {
    /// Time.
    pub at: Timestamp,
    /// Mean.
    pub value: f64,
    /// Minimum.
    pub low: f64,
    /// Maximum.
    pub high: f64,
}

impl ChartPoint {
    /// Creates a point of a single value.
    #[cfg(test)]
    pub fn of(at: Timestamp, value: f64) -> Self {
        Self { at, value, low: value, high: value }
    }
}

impl Line {
    /// The lowest value, if there is one.
    pub fn lowest(&self) -> Option<f64> {
        self.points.iter().map(|point| point.low).reduce(f64::min)
    }

    /// The highest value, if there is one.
    pub fn highest(&self) -> Option<f64> {
        self.points.iter().map(|point| point.high).reduce(f64::max)
    }

    /// `Seattle: lowest 3 °C, highest 9.5 °C, latest 6 °C.`
    pub fn in_words(&self, unit: Option<&str>) -> Option<String> {
        let with_unit = |value: f64| match unit {
            Some(unit) => format!("{} {unit}", format::number(value)),
            None => format::number(value),
        };
        let (low, high, last) = (self.lowest()?, self.highest()?, self.last?);
        let label = if self.label.is_empty() { String::new() } else { format!("{}: ", self.label) };
        Some(format!(
            "{label}lowest {}, highest {}, latest {}.",
            with_unit(low),
            with_unit(high),
            with_unit(last)
        ))
    }
}

/// Mapping of points to the drawing.
#[derive(Debug)]
pub(super) struct Plane {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
    pub(super) times: Times,
    pub(super) values: Values,
    /// Distance of points that breaks a line, in seconds.
    pub(super) gap: f64,
}

impl Plane {
    pub(super) fn x(&self, place: f64) -> f64 {
        round(self.left + place * (self.right - self.left))
    }

    pub(super) fn y(&self, place: f64) -> f64 {
        round(self.bottom - place * (self.bottom - self.top))
    }

    /// Line through all points, broken at gaps.
    pub(super) fn path(&self, line: &Line) -> String {
        let mut path = String::new();
        for run in self.unbroken(&line.points).filter(|run| run.len() > 1) {
            for (index, point) in run.iter().enumerate() {
                let command = if index == 0 { 'M' } else { 'L' };
                // Writing to a string does not fail.
                let _ = write!(path, "{command}{}", self.spot(point.at, point.value));
            }
        }
        path
    }

    /// Dots for points without neighbors: lines of zero length with round ends.
    pub(super) fn dots(&self, line: &Line) -> String {
        let alone = self.unbroken(&line.points).filter(|run| run.len() == 1).flatten();
        alone.map(|point| format!("M{}h0", self.spot(point.at, point.value))).collect::<Vec<_>>().concat()
    }

    /// Band between the lowest and highest values; `None` if each point is a single value.
    pub(super) fn band(&self, line: &Line) -> Option<String> {
        line.points.iter().find(|point| point.low < point.high)?;
        let mut path = String::new();
        for run in self.unbroken(&line.points).filter(|run| run.len() > 1) {
            let there = run.iter().map(|point| self.spot(point.at, point.high));
            let back = run.iter().rev().map(|point| self.spot(point.at, point.low));
            for (index, spot) in there.chain(back).enumerate() {
                let _ = write!(path, "{}{spot}", if index == 0 { 'M' } else { 'L' });
            }
            path.push('Z');
        }
        (!path.is_empty()).then_some(path)
    }

    /// Runs of points without gaps.
    fn unbroken<'a>(&self, points: &'a [ChartPoint]) -> impl Iterator<Item = &'a [ChartPoint]> {
        let gap = self.gap;
        points.chunk_by(move |a, b| b.at.duration_since(a.at).as_secs_f64() <= gap)
    }

    fn spot(&self, at: Timestamp, value: f64) -> String {
        format!("{} {}", self.x(self.times.place(at)), self.y(self.values.place(value)))
    }
}

/// Usual distance between the points of lines with common times, in seconds: the smallest of their medians, since some
/// values are often absent.
pub fn spacing<'a>(lines: impl Iterator<Item = &'a Line>) -> Option<f64> {
    lines.filter_map(|line| median_distance(&line.points)).reduce(f64::min)
}

fn median_distance(points: &[ChartPoint]) -> Option<f64> {
    let neighbors = points.iter().zip(points.iter().skip(1));
    let mut distances: Vec<_> = neighbors.map(|(a, b)| b.at.duration_since(a.at).as_secs_f64()).collect();
    distances.sort_by(f64::total_cmp);
    distances.get(distances.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane() -> Plane {
        let until = Timestamp::from_second(100).unwrap();
        let times = Times { from: Timestamp::UNIX_EPOCH, now: until, until };
        Plane {
            left: 0.0,
            top: 0.0,
            right: 100.0,
            bottom: 10.0,
            times,
            values: Values::spanning(0.0, 10.0, 5),
            gap: 35.0,
        }
    }

    fn line(points: &[(i64, f64)]) -> Line {
        let point =
            |(second, value): &(i64, f64)| ChartPoint::of(Timestamp::from_second(*second).unwrap(), *value);
        Line { label: String::new(), points: points.iter().map(point).collect(), last: None }
    }

    #[test]
    fn a_line_goes_through_its_points_and_breaks_at_a_gap() {
        let line = line(&[(0, 0.0), (10, 5.0), (20, 10.0), (60, 5.0)]);
        assert_eq!(plane().path(&line), "M0 10L10 5L20 0");
        assert_eq!(plane().dots(&line), "M60 5h0");
    }

    #[test]
    fn lines_taken_together_have_the_distance_of_the_most_complete() {
        let lines =
            [line(&[(0, 1.0), (60, 1.0)]), line(&[(0, 1.0), (10, 1.0), (20, 1.0), (60, 1.0)]), line(&[])];
        assert_eq!(spacing(lines.iter()), Some(10.0));
        assert_eq!(spacing(lines[2..].iter()), None);
    }

    #[test]
    fn single_values_have_no_band() {
        assert_eq!(plane().band(&line(&[(0, 1.0), (10, 2.0)])), None);
    }

    #[test]
    fn a_band_goes_there_above_and_back_below() {
        let mut line = line(&[(0, 5.0), (10, 5.0)]);
        line.points[1].low = 0.0;
        line.points[1].high = 10.0;
        assert_eq!(plane().band(&line).unwrap(), "M0 5L10 0L10 10L0 5Z");
    }
}

//! Charts of a field over time, as SVG with a textual description.

mod scale;
mod trace;

use maud::{Markup, html};

pub use scale::Times;
use scale::{Mark, Values};
use trace::Plane;
pub use trace::{ChartPoint, Line, spacing};

/// Largest number of lines that can be distinguished by color and dashes.
pub const MOST_LINES: usize = 6;

/// Margins: below the plot for time labels, above it for the unit, and beside it for half of the last label.
const BELOW: f64 = 20.0;
const ABOVE: f64 = 18.0;
const RIGHT: f64 = 18.0;
/// Number of usual distances between points that makes a gap.
const GAP: f64 = 3.5;
/// Largest width of a character in a label.
const CHARACTER: f64 = 6.4;

/// A chart of a field over time.
#[derive(Debug)]
pub struct Chart<'a> {
    /// Id within the page.
    pub id: &'a str,
    /// Title, as in `temp`.
    pub title: &'a str,
    /// Unit of the values.
    pub unit: Option<&'a str>,
    /// Time range.
    pub times: Times,
    /// Series, at most [`MOST_LINES`]; more are not drawn.
    pub lines: &'a [Line],
    /// Usual distance between points, in seconds. A line is broken at larger distances.
    pub spacing: Option<f64>,
    /// Size, in units of about a pixel.
    pub size: Size,
}

/// The size of a chart, in units of about a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// One of many.
    Small,
    /// Alone on its page.
    Large,
}

impl Size {
    fn width_and_height(self) -> (f64, f64) {
        match self {
            Self::Small => (380.0, 170.0),
            Self::Large => (760.0, 320.0),
        }
    }

    fn marks(self) -> (i64, u32) {
        match self {
            Self::Small => (5, 5),
            Self::Large => (9, 6),
        }
    }
}

impl Chart<'_> {
    /// Renders the chart as SVG; `None` without values.
    ///
    /// Text browsers show all of its texts in a row, so each ends with a space.
    pub fn svg(&self) -> Option<Markup> {
        let lines = self.lines.get(..MOST_LINES.min(self.lines.len())).unwrap_or_default();
        let (low, high) = extent(lines)?;
        let (time_marks, value_marks) = self.size.marks();
        let values = Values::spanning(low, high, value_marks);
        let marks = values.marks();
        let widest = marks.iter().map(|mark| mark.label.chars().count()).max().unwrap_or(0);
        let (width, height) = self.size.width_and_height();
        let left = round(f64::from(u32::try_from(widest).unwrap_or(0)) * CHARACTER + 8.0);
        let gap = self.spacing.map_or(f64::INFINITY, |spacing| spacing * GAP);
        let plane = Plane {
            gap,
            left,
            top: ABOVE,
            right: width - RIGHT,
            bottom: height - BELOW,
            times: self.times,
            values,
        };
        let (title, description) = (format!("{}-title", self.id), format!("{}-description", self.id));
        let class = match self.size {
            Size::Small => "chart",
            Size::Large => "chart large",
        };
        Some(html! {
            svg class=(class) role="img" viewBox=(format!("0 0 {width} {height}"))
                aria-labelledby=(format!("{title} {description}")) {
                title id=(title) { (self.title) @if let Some(unit) = self.unit { ", " (unit) } }
                desc id=(description) { (self.description(lines)) " " }
                (horizontal(&plane, &marks, self.unit.unwrap_or_default()))
                (vertical(&plane, &self.times.marks(time_marks)))
                @if self.times.now < self.times.until { (present(&plane)) }
                // More than two overlapping bands cannot be read.
                @if lines.len() <= 2 {
                    @for (index, line) in lines.iter().enumerate() {
                        @if let Some(path) = plane.band(line) { path class=(format!("band l{index}")) d=(path) {} }
                    }
                }
                @for (index, line) in lines.iter().enumerate() {
                    path class=(format!("line l{index}")) d=(plane.path(line)) {}
                    path class=(format!("dot l{index}")) d=(plane.dots(line)) {}
                }
            }
        })
    }

    fn description(&self, lines: &[Line]) -> String {
        let words: Vec<_> = lines.iter().filter_map(|line| line.in_words(self.unit)).collect();
        let Times { from, until, .. } = self.times;
        format!("From {} to {} UTC. {}", minute(from), minute(until), words.join(" "))
    }
}

/// Sample of a line, for a legend.
pub fn swatch(index: usize) -> Markup {
    html! {
        @if index < MOST_LINES {
            svg class="swatch" viewBox="0 0 24 8" aria-hidden="true" {
                path class=(format!("line l{index}")) d="M1 4H23" {}
            }
        }
    }
}

/// Grid lines with the labels of values, and the unit above them.
fn horizontal(plane: &Plane, marks: &[Mark], unit: &str) -> Markup {
    let heights = marks.iter().map(|mark| (plane.y(mark.place), &mark.label));
    let grid: Vec<_> = heights.clone().map(|(y, _)| format!("M{} {y}H{}", plane.left, plane.right)).collect();
    html! {
        path class="grid" d=(grid.concat()) {}
        g class="values" {
            @for (y, label) in heights { text x=(plane.left - 6.0) y=(round(y + 3.5)) { (label) " " } }
        }
        @if !unit.is_empty() { text class="unit" x="0" y="10" { (unit) " " } }
    }
}

/// Ticks below the plot with the labels of times.
fn vertical(plane: &Plane, marks: &[Mark]) -> Markup {
    let columns = marks.iter().map(|mark| (plane.x(mark.place), &mark.label));
    let ticks: Vec<_> = columns.clone().map(|(x, _)| format!("M{x} {}v4", plane.bottom)).collect();
    html! {
        path class="tick" d=(ticks.concat()) {}
        g class="times" {
            @for (x, label) in columns {
                text x=(x) y=(plane.bottom + 15.0) { (label) " " }
            }
        }
    }
}

/// Line at the current time, if the chart shows the future.
fn present(plane: &Plane) -> Markup {
    let x = plane.x(plane.times.place(plane.times.now));
    html! {
        path class="present" d=(format!("M{x} {}V{}", plane.top, plane.bottom)) {}
        text class="present" x=(x) y=(plane.top - 4.0) { "now" }
    }
}

/// Lowest and highest value.
fn extent(lines: &[Line]) -> Option<(f64, f64)> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let low = points().map(|point| point.low).reduce(f64::min)?;
    let high = points().map(|point| point.high).reduce(f64::max)?;
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

fn minute(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// Rounds to a tenth of a unit, which is not visible and keeps the page small.
fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times() -> Times {
        let until = "2026-11-22T06:00:00Z".parse().unwrap();
        Times { from: "2026-11-21T06:00:00Z".parse().unwrap(), now: until, until }
    }

    fn line(label: &str, values: &[f64]) -> Line {
        let at = |hour: i32| times().from + jiff::SignedDuration::from_hours(i64::from(hour));
        let points = (0..).zip(values).map(|(hour, value)| ChartPoint::of(at(hour), *value));
        Line { label: label.to_owned(), points: points.collect(), last: values.last().copied() }
    }

    fn chart(lines: &[Line]) -> Option<String> {
        let chart = Chart {
            id: "c",
            title: "temp",
            unit: Some("°C"),
            times: times(),
            lines,
            spacing: None,
            size: Size::Small,
        };
        chart.svg().map(maud::PreEscaped::into_string)
    }

    #[test]
    fn nothing_to_show_is_no_chart() {
        assert_eq!(chart(&[]), None);
        assert_eq!(chart(&[line("", &[])]), None);
        assert_eq!(chart(&[line("", &[f64::NAN, f64::INFINITY])]), None);
    }

    #[test]
    fn the_description_has_the_shown_values() {
        let svg = chart(&[line("Seattle", &[3.0, 9.5, 6.0])]).unwrap();
        assert!(svg.contains("<title id=\"c-title\">temp, °C</title>"), "{svg}");
        let words = "From 2026-11-21 06:00 to 2026-11-22 06:00 UTC. Seattle: lowest 3 °C, highest 9.5 °C, latest 6 °C.";
        assert!(svg.contains(words), "{svg}");
    }

    #[test]
    fn a_label_is_text_and_never_markup() {
        let svg = chart(&[line("</desc><script>alert(1)</script>", &[1.0])]).unwrap();
        assert!(!svg.contains("<script"), "{svg}");
    }

    #[test]
    fn more_lines_than_can_be_distinguished_are_not_drawn() {
        let lines: Vec<_> = (0..9).map(|index| line(&index.to_string(), &[1.0, 2.0])).collect();
        let svg = chart(&lines).unwrap();
        assert_eq!(svg.matches("class=\"line ").count(), MOST_LINES);
    }
}

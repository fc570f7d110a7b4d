//! Records of a pipeline: latest values, and a chart for each numeric field.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use serde_json::Value;

use super::parts;
use crate::chart::{Chart, Line, MOST_LINES, Size, Times, swatch};
use crate::format;
use crate::view::{Field, Latest, Measurement, Range};

/// Number of series in the table of the latest values.
const MOST_COLUMNS: usize = 12;
/// Length of a text in a table.
const TEXT_LENGTH: usize = 80;

/// Renders the latest values, and a chart for each numeric field. `id` is the id of the section within its page.
pub fn section(measurement: &Measurement, id: &str, at: Timestamp, range: Range) -> Markup {
    let times = times(measurement.until, at, range);
    let charted = measurement.fields.iter().filter(|field| !is_instant(field));
    html! {
        (latest(measurement, id, at))
        div.charts {
            @for (number, field) in charted.enumerate() {
                (figure(measurement, field, &format!("{id}-{number}"), times, range))
            }
        }
    }
}

/// Address of a measurement's page.
pub fn path(measurement: &str) -> String {
    format!("/records/{}", format::segment(measurement))
}

/// Address of a field's page.
pub fn field_path(measurement: &str, field: &str) -> String {
    format!("{}/{}", path(measurement), format::segment(field))
}

/// Time axis of a chart with a range, including the future of a forecast.
pub fn times(until: Timestamp, at: Timestamp, range: Range) -> Times {
    Times { from: at.checked_sub(range.length()).unwrap_or(at), now: at, until }
}

/// Links to other ranges.
pub fn ranges(path: &str, anchor: &str, current: Range) -> Markup {
    html! {
        nav.ranges aria-label="Time shown" {
            @for range in Range::ALL {
                a href=(format!("{path}?range={}#{anchor}", range.name()))
                    aria-current=[(range == current).then_some("true")] { (range.words()) }
            }
        }
    }
}

/// Table of the lines of a chart.
pub fn numbers(field: &Field) -> Markup {
    let (shown, more) = field.lines.split_at(MOST_LINES.min(field.lines.len()));
    html! {
        table.numbers {
            thead {
                tr {
                    th scope="col" { "Series" }
                    th.number scope="col" { "Latest" }
                    th.number scope="col" { "Lowest" }
                    th.number scope="col" { "Highest" }
                }
            }
            tbody {
                @for (index, line) in shown.iter().enumerate() {
                    tr {
                        th scope="row" { (swatch(index)) (series(&line.label)) }
                        td.number { (value(line.last)) }
                        td.number { (value(line.lowest())) }
                        td.number { (value(line.highest())) }
                    }
                }
            }
        }
        @if !more.is_empty() { p.quiet { "and " (format::counted(more.len(), "more series", "more series")) } }
    }
}

/// Name of a series, also of a single one.
pub fn series(label: &str) -> &str {
    if label.is_empty() { "all" } else { label }
}

fn figure(measurement: &Measurement, field: &Field, id: &str, times: Times, range: Range) -> Markup {
    let lines: &[Line] = &field.lines;
    let (unit, spacing) = (field.unit.as_deref(), measurement.spacing);
    let chart = Chart { id, title: &field.name, unit, times, lines, spacing, size: Size::Small };
    let path = field_path(&measurement.name, &field.name);
    html! {
        @if let Some(svg) = chart.svg() {
            figure {
                figcaption {
                    h3 {
                        a href=(format!("{path}?range={}", range.name())) { (field.name) }
                        @if let Some(unit) = &field.unit { " " span.unit { (unit) } }
                    }
                    @if !field.description.is_empty() { p.quiet { (parts::prose(&field.description)) } }
                }
                (svg)
                (numbers(field))
            }
        }
    }
}

fn latest(measurement: &Measurement, id: &str, now: Timestamp) -> Markup {
    let all = measurement.latest.as_slice();
    let (columns, more) = all.split_at(MOST_COLUMNS.min(all.len()));
    html! {
        @if columns.is_empty() {
            p.quiet { (if measurement.spacing.is_none() { "There are no records." } else { "There are no past records." }) }
        } @else {
            div.wide tabindex="0" role="region" aria-label=(format!("Latest values of {}", measurement.name)) {
                table.latest id=(format!("{id}-latest")) {
                    thead {
                        tr {
                            th scope="col" { "Latest" }
                            @for latest in columns {
                                th scope="col" {
                                    (series(&latest.label))
                                    @if let Some(at) = latest.at { br; span.quiet { (parts::when(now, at)) } }
                                }
                            }
                        }
                    }
                    tbody { @for name in names(measurement, columns) { (latest_row(measurement, columns, name)) } }
                }
            }
            @if !more.is_empty() { p.quiet { "and " (format::counted(more.len(), "more series", "more series")) } }
        }
    }
}

fn latest_row(measurement: &Measurement, columns: &[Latest], name: &str) -> Markup {
    let field = measurement.fields.iter().find(|field| field.name == name);
    let unit = field.and_then(|field| field.unit.as_deref());
    let is_instant = field.is_some_and(is_instant);
    html! {
        tr {
            th scope="row" {
                @if field.is_some() {
                    a href=(field_path(&measurement.name, name)) { (name) }
                } @else {
                    (name)
                }
                @if let Some(unit) = unit.filter(|_| !is_instant) { " " span.unit { (unit) } }
            }
            @for latest in columns { td { (cell(latest.values.get(name), unit)) } }
        }
    }
}

/// Names of all fields: numeric ones in their order, then others.
fn names<'a>(measurement: &'a Measurement, columns: &'a [Latest]) -> Vec<&'a str> {
    let mut names: Vec<&str> = measurement.fields.iter().map(|field| field.name.as_str()).collect();
    for name in columns.iter().flat_map(|latest| latest.values.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.retain(|name| {
        columns.iter().any(|latest| latest.values.get(*name).is_some_and(|value| !value.is_null()))
    });
    names
}

fn cell(value: Option<&Value>, unit: Option<&str>) -> Markup {
    html! {
        @match value {
            Some(Value::Number(number)) => {
                @let number = number.as_f64().unwrap_or_default();
                @match instant(number, unit) {
                    Some(at) => data value=(number) { (format::short_time(at)) },
                    None => (parts::number(number)),
                }
            }
            Some(Value::String(text)) => (format::first_line(text, TEXT_LENGTH)),
            Some(Value::Bool(yes)) => @if *yes { "yes" } @else { "no" },
            None | Some(Value::Null) => span.quiet { "absent" },
            Some(other) => code { (format::first_line(&other.to_string(), TEXT_LENGTH)) },
        }
    }
}

fn value(value: Option<f64>) -> Markup {
    html! { @if let Some(value) = value { (parts::number(value)) } }
}

/// Interprets seconds since 1970 as a time, if it is in a plausible range.
fn instant(value: f64, unit: Option<&str>) -> Option<Timestamp> {
    const DECADES: std::ops::Range<f64> = 1e9..4e9;
    let seconds = (unit == Some("s") && DECADES.contains(&value)).then_some(value)?;
    Timestamp::from_duration(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

/// Whether a field contains times. A chart of times is useless.
fn is_instant(field: &Field) -> bool {
    let last = field.lines.iter().find_map(|line| line.last);
    last.is_some_and(|value| instant(value, field.unit.as_deref()).is_some())
}

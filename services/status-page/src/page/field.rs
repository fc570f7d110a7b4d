//! Page of a field: a large chart, and a table of its points.

use jiff::Timestamp;
use maud::{Markup, html};

use super::layout::Page;
use super::{parts, records};
use crate::chart::{Chart, Line, MOST_LINES, Size};
use crate::format;
use crate::view::FieldPage;

/// Renders the page of a field.
pub fn field(page: &FieldPage) -> String {
    let FieldPage { at, measurement, field, range, until, spacing, problems } = page;
    let chart = Chart {
        id: "field",
        title: &field.name,
        unit: field.unit.as_deref(),
        times: records::times(*until, *at, *range),
        lines: &field.lines,
        spacing: *spacing,
        size: Size::Large,
    };
    let path = records::field_path(measurement, &field.name);
    let content = html! {
        p.crumbs { a href="/records" { "Records" } " / " a href=(records::path(measurement)) { (measurement) } }
        div.head {
            h1 { (field.name) @if let Some(unit) = &field.unit { " " span.unit { (unit) } } }
            (records::ranges(&path, "content", *range))
        }
        @if !field.description.is_empty() { p.description { (parts::prose(&field.description)) } }
        @if let Some(svg) = chart.svg() {
            figure.alone { (svg) (records::numbers(field)) }
            section {
                h2 #values { "Values" }
                p.quiet { "The mean around each time, newest first." }
                (values(&field.lines))
            }
        } @else {
            p { "No values in the last " (range.words()) "." }
        }
    };
    let title = format!("{} of {measurement} · Status", field.name);
    let json = format!("/api{path}?range={}", range.name());
    Page { title: &title, section: "/records", json: &json, at: *at, problems, content }.html()
}

fn values(lines: &[Line]) -> Markup {
    let lines = lines.get(..MOST_LINES.min(lines.len())).unwrap_or_default();
    let mut times: Vec<Timestamp> =
        lines.iter().flat_map(|line| &line.points).map(|point| point.at).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.dedup();
    html! {
        div.wide tabindex="0" role="region" aria-labelledby="values" {
            table {
                thead {
                    tr {
                        th scope="col" { "Time" }
                        @for line in lines { th.number scope="col" { (records::series(&line.label)) } }
                    }
                }
                tbody {
                    @for at in times {
                        tr {
                            th.time scope="row" { (parts::time(at, &format::short_time(at))) }
                            @for line in lines { td.number { (value(line, at)) } }
                        }
                    }
                }
            }
        }
    }
}

fn value(line: &Line, at: Timestamp) -> Markup {
    let place = line.points.binary_search_by(|point| point.at.cmp(&at)).ok();
    let point = place.and_then(|place| line.points.get(place));
    html! { @if let Some(point) = point { (parts::number(point.value)) } }
}

//! List of measurements and tables, and the page of each measurement.

use history::Dataset;
use maud::{Markup, html};

use super::layout::Page;
use super::{parts, records};
use crate::format;
use crate::view::{Catalogue, MeasurementPage};

/// Renders the list of measurements and tables.
pub fn catalogue(page: &Catalogue) -> String {
    let content = html! {
        h1 { "Records" }
        @if page.datasets.is_empty() { p.quiet { "There are no records." } } @else { (table(&page.datasets)) }
    };
    Page {
        title: "Records · Status",
        section: "/records",
        json: "/api/records",
        at: page.at,
        problems: &page.problems,
        content,
    }
    .html()
}

/// Renders the page of a measurement or table.
pub fn measurement(page: &MeasurementPage) -> String {
    let measurement = &page.measurement;
    let path = records::path(&measurement.name);
    let content = html! {
        p.crumbs { a href="/records" { "Records" } }
        div.head {
            h1 { (measurement.name) }
            (records::ranges(&path, "content", page.range))
        }
        @if !measurement.description.is_empty() { p.description { (parts::prose(&measurement.description)) } }
        (records::section(measurement, "m", page.at, page.range))
    };
    let title = format!("{} · Status", measurement.name);
    let json = format!("/api{path}?range={}", page.range.name());
    Page { title: &title, section: "/records", json: &json, at: page.at, problems: &page.problems, content }
        .html()
}

fn table(datasets: &[Dataset]) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label="Measurements and tables" { table {
            thead {
                tr {
                    th scope="col" { "Name" }
                    th scope="col" { "Kind" }
                    th scope="col" { "Store" }
                    th.number scope="col" { "Columns" }
                }
            }
            tbody {
                @for dataset in datasets {
                    tr {
                        th scope="row" { a href=(records::path(&dataset.name)) { (dataset.name) } }
                        td { (if dataset.is_measurement() { "measurement" } else { "table" }) }
                        td { (dataset.store) }
                        td.number { (format::counted(columns(dataset), "column", "columns")) }
                    }
                }
            }
        } }
    }
}

fn columns(dataset: &Dataset) -> usize {
    dataset.fields.len() + dataset.tags.len() + usize::from(dataset.is_measurement())
}

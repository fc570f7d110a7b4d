//! Page of a pipeline or device: status, records, runs and settings.

use maud::{Markup, html};
use record::{Column, Role, Schema, Type};

use super::layout::Page;
use super::{parts, records};
use crate::format;
use crate::view::{Measurement, Pipeline, PipelineStatus, Run, Setting};

/// Length of an error in the list of runs; the last error is shown in full.
const ERROR_LENGTH: usize = 120;

/// Renders the page of a pipeline or device.
pub fn pipeline(page: &Pipeline) -> String {
    let status = &page.status;
    let content = html! {
        div.head.title {
            h1 { (status.name) }
            p.state { (parts::state(status.state)) }
        }
        @if let Some(description) = &status.description { p.description { (parts::prose(description)) } }
        (facts(page))
        @if !page.alerts.is_empty() {
            section aria-labelledby="alerts" {
                h2 #alerts { "Alerts" }
                (parts::alerts(page.at, &page.alerts))
            }
        }
        @if let Some(run) = &page.last_failure { (failure(page, run)) }
        @for (index, measurement) in page.measurements.iter().enumerate() {
            (stored(page, measurement, &format!("m{index}")))
        }
        (runs(page))
        (settings(&page.settings))
        (schemas(&page.schemas))
    };
    let title = format!("{} ({}) · Status", status.name, status.state.word());
    let json = format!("/api{}?range={}", parts::pipeline_path(&status.name), page.range.name());
    Page { title: &title, section: "", json: &json, at: page.at, problems: &page.problems, content }.html()
}

fn facts(page: &Pipeline) -> Markup {
    let PipelineStatus { last, period, next, kind, .. } = &page.status;
    html! {
        dl.facts {
            @if let Some(run) = last {
                (fact("Last run", parts::when(page.at, run.started)))
                (fact("Duration", html! { (format::span(run.duration)) }))
                (fact("Records read", html! { (format::count(run.rows_in)) }))
                (fact("Records stored", html! { (format::count(run.rows_out)) }))
                @if run.rows_refused > 0 { (fact("Records refused", html! { (format::count(run.rows_refused)) })) }
                @if run.rows_spooled > 0 { (fact("Records spooled", html! { (format::count(run.rows_spooled)) })) }
            }
            @if let Some(period) = period { (fact("Runs every", html! { (format::span(*period)) })) }
            @if let Some(next) = next {
                @if *next < page.at {
                    (fact("Next run was due", parts::when(page.at, *next)))
                } @else {
                    (fact("Next run", parts::when(page.at, *next)))
                }
            }
            @if let Some(run) = last { (fact("Version", html! { (run.version) })) }
            @if let Some(kind) = kind { (fact("Kind", html! { (kind) })) }
            (fact("Last runs", parts::strip(&page.status.strip)))
        }
    }
}

fn fact(name: &str, value: Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn failure(page: &Pipeline, run: &Run) -> Markup {
    let works_again = page.status.last.as_ref().is_some_and(|last| last.worked);
    html! {
        section.failure aria-labelledby="failure" {
            h2 #failure { "Last error" }
            p {
                (parts::time(run.started, &format::full_time(run.started))) " (" (parts::when(page.at, run.started)) ")"
                " at stage " strong { (run.stage) } ", exit " strong { (run.exit) } (meaning(run.exit))
                @if works_again { ". A later run was successful." }
            }
            pre { (run.error.as_deref().unwrap_or("The run report has no error text.")) }
            p.quiet { "Run " code { (run.run_id) } " in the logs" }
        }
    }
}

/// Meaning of an exit code.
fn meaning(exit: i64) -> &'static str {
    match exit {
        65 => ": invalid data of the source",
        75 => ": temporary, the next run tries again",
        78 => ": a setting is wrong",
        _ => "",
    }
}

fn stored(page: &Pipeline, measurement: &Measurement, id: &str) -> Markup {
    html! {
        section aria-labelledby=(id) {
            div.head {
                h2 id=(id) { "Records in " a href=(records::path(&measurement.name)) { (measurement.name) } }
                (records::ranges(&parts::pipeline_path(&page.status.name), id, page.range))
            }
            @if !measurement.description.is_empty() { p.quiet { (parts::prose(&measurement.description)) } }
            (records::section(measurement, id, page.at, page.range))
        }
    }
}

fn runs(page: &Pipeline) -> Markup {
    html! {
        section {
            h2 #runs { "Last runs" }
            @if page.runs.is_empty() {
                p.quiet { "None." }
            } @else {
                div.wide tabindex="0" role="region" aria-labelledby="runs" {
                    table.runs {
                        thead {
                            tr {
                                th scope="col" { "Started" }
                                th scope="col" { "Result" }
                                th.number scope="col" { "Duration" }
                                th.number scope="col" { "Read" }
                                th.number scope="col" { "Stored" }
                                th.number scope="col" { "Retries" }
                                th scope="col" { "Error" }
                            }
                        }
                        tbody { @for run in &page.runs { (row(run)) } }
                    }
                }
            }
        }
    }
}

fn row(run: &Run) -> Markup {
    html! {
        tr {
            th.time scope="row" { (parts::time(run.started, &format::short_time(run.started))) }
            td { (parts::result(run)) }
            td.number { (format::span(run.duration)) }
            td.number { (format::count(run.rows_in)) }
            td.number { (format::count(run.rows_out)) }
            td.number { (run.retries) }
            td.text {
                @if let Some(error) = &run.error {
                    span.stage { (run.stage) } ": " (format::first_line(error, ERROR_LENGTH))
                } @else if run.rows_refused > 0 || run.rows_spooled > 0 {
                    (format::count(run.rows_refused)) " refused, " (format::count(run.rows_spooled)) " spooled"
                }
            }
        }
    }
}

fn settings(settings: &[Setting]) -> Markup {
    let (set, others): (Vec<_>, Vec<_>) = settings.iter().partition(|setting| setting.is_set != Some(false));
    html! {
        @if !settings.is_empty() {
            section {
                h2 #settings { "Settings" }
                p.quiet { "Settings of the last run. Secrets are hidden." }
                (settings_table(&set, "Settings that are set"))
                @if !others.is_empty() {
                    details {
                        summary { (format::counted(others.len(), "setting is", "settings are")) " not set" }
                        (settings_table(&others, "Settings that are not set"))
                    }
                }
            }
        }
    }
}

fn settings_table(settings: &[&Setting], label: &str) -> Markup {
    html! {
        @if !settings.is_empty() {
            div.wide tabindex="0" role="region" aria-label=(label) {
                table {
                    thead { tr { th scope="col" { "Variable" } th scope="col" { "Value" } th scope="col" { "Meaning" } } }
                    tbody {
                        @for setting in settings {
                            tr {
                                th scope="row" { code { (setting.name) } }
                                td {
                                    (value(setting))
                                    @if let Some(name) = &setting.set_as { span.quiet { " as " (name) } }
                                }
                                td.text { (parts::prose(&setting.description)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn value(setting: &Setting) -> Markup {
    html! {
        @match (setting.is_set, setting.secret, &setting.value) {
            (Some(true), true, _) => span.hidden-value { "set, hidden" },
            (Some(true), false, Some(value)) => code { (value) },
            (Some(true), false, None) => "set",
            (_, false, Some(value)) => { code { (value) } " " span.quiet { "default" } },
            (Some(false), _, _) => span.quiet { "not set" },
            (None, _, _) => span.quiet { "not known" },
        }
    }
}

fn schemas(schemas: &[Schema]) -> Markup {
    html! {
        @for (index, schema) in schemas.iter().enumerate() {
            @let id = format!("schema-{index}");
            section {
                h2 id=(id) { "Schema of " code { (schema.name) } }
                @if !schema.description.is_empty() { p.quiet { (parts::prose(&schema.description)) } }
                div.wide tabindex="0" role="region" aria-labelledby=(id) {
                    table {
                        thead {
                            tr {
                                th scope="col" { "Column" } th scope="col" { "Kind" } th scope="col" { "Type" }
                                th scope="col" { "Unit" } th scope="col" { "Meaning" }
                            }
                        }
                        tbody { @for column in schema.columns.iter() { (column_row(column)) } }
                    }
                }
            }
        }
    }
}

fn column_row(column: &Column) -> Markup {
    html! {
        tr {
            th scope="row" { code { (column.name) } }
            td { (role(column.role)) }
            td { (type_name(column.value_type)) @if column.optional { span.quiet { ", may be absent" } } }
            td { (column.unit.as_deref().unwrap_or_default()) }
            td.text { (parts::prose(&column.description)) }
        }
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Time => "time",
        Role::Tag => "tag",
        Role::Partition => "partition",
        Role::Key => "key",
        Role::Field => "field",
    }
}

fn type_name(value_type: Type) -> &'static str {
    match value_type {
        Type::Float => "float",
        Type::Integer => "integer",
        Type::Boolean => "boolean",
        Type::Text => "text",
        Type::Timestamp => "timestamp",
        Type::Date => "date",
        Type::Decimal => "decimal",
        Type::Json => "JSON",
    }
}

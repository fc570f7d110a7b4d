//! The first page: all pipelines and devices, those that need attention first.

use maud::{Markup, html};

use super::layout::Page;
use super::parts;
use crate::view::{Overview, Standing};
use crate::words;

/// How much of an error stands in the list.
const ERROR_LENGTH: usize = 160;

/// The first page.
pub fn overview(overview: &Overview) -> String {
    let content = html! {
        h1 { (summary(overview)) }
        @if !overview.alerts.is_empty() {
            section.open aria-labelledby="alerts" {
                h2 #alerts { "Open alerts" }
                (parts::alerts(overview.at, &overview.alerts))
            }
        }
        @if overview.pipelines.is_empty() && overview.complete {
            p { "No program has stored a run report here yet. A pipeline appears once it has run." }
        } @else if !overview.pipelines.is_empty() {
            (table(overview))
        }
    };
    let title = format!("{} · Status", summary(overview));
    Page {
        title: &title,
        section: "/",
        json: "/api/overview",
        at: overview.at,
        problems: &overview.problems,
        content,
    }
    .html()
}

/// The state of all in one line.
fn summary(overview: &Overview) -> String {
    let all = overview.pipelines.len();
    let unwell = overview.pipelines.iter().filter(|pipeline| pipeline.state.needs_attention()).count();
    match (unwell, all) {
        (0, 0) if !overview.complete => "The state is not known".to_owned(),
        (0, 0) => "Nothing has run yet".to_owned(),
        (0, 1) => "The one pipeline works".to_owned(),
        (0, all) => format!("All {all} pipelines work"),
        (1, _) => format!("1 of {} needs attention", words::counted(all, "pipeline", "pipelines")),
        (unwell, _) => format!("{unwell} of {all} pipelines need attention"),
    }
}

fn table(overview: &Overview) -> Markup {
    html! {
        table.pipelines {
            caption.hidden { "Pipelines and devices, those that need attention first" }
            thead {
                tr {
                    th scope="col" { "State" }
                    th scope="col" { "Pipeline" }
                    th scope="col" { "Last run" }
                    th.number scope="col" { "Duration" }
                    th.number scope="col" { "Records" }
                    th scope="col" { "Next" }
                    th scope="col" { "Last runs" }
                }
            }
            tbody {
                @for standing in &overview.pipelines { (row(overview, standing)) }
            }
        }
    }
}

fn row(overview: &Overview, standing: &Standing) -> Markup {
    let now = overview.at;
    let last = standing.last.as_ref();
    html! {
        tr {
            td.state { (parts::state(standing.state)) }
            th scope="row" {
                a href=(parts::pipeline_path(&standing.name)) { (standing.name) } " "
                @if let Some(error) = last.and_then(|run| run.error.as_deref()) {
                    span.error { (words::first_line(error, ERROR_LENGTH)) }
                }
            }
            td.last data-label="Last run" { @if let Some(run) = last { (parts::when(now, run.started)) } }
            td.number data-label="Duration" { @if let Some(run) = last { (words::span(run.duration)) } }
            td.number data-label="Records" { @if let Some(run) = last { (words::count(run.rows_out)) } }
            td.next data-label="Next" { (next(overview, standing)) }
            td.runs data-label="Last runs" { (parts::strip(&standing.strip)) }
        }
    }
}

/// When the next run should start; for one that did not, since when it should have.
pub fn next(overview: &Overview, standing: &Standing) -> Markup {
    html! {
        @match standing.next {
            Some(next) if next < overview.at => { "due " (parts::when(overview.at, next)) }
            Some(next) => (parts::when(overview.at, next)),
            None => span.unknown { "not known" },
        }
    }
}

//! Overview: all pipelines and devices, sorted by need of attention.

use maud::{Markup, html};

use super::layout::Page;
use super::parts;
use crate::format;
use crate::view::{Overview, PipelineStatus};

/// Length of an error in the list.
const ERROR_LENGTH: usize = 160;

/// Renders the overview.
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
            p { "There are no run reports yet. A pipeline appears once it has run." }
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

/// Summary of all states in one line.
fn summary(overview: &Overview) -> String {
    let all = overview.pipelines.len();
    let attention = overview.pipelines.iter().filter(|pipeline| pipeline.state.needs_attention()).count();
    match (attention, all) {
        (0, 0) if !overview.complete => "The state is unknown".to_owned(),
        (0, 0) => "No pipeline has run yet".to_owned(),
        (0, 1) => "The only pipeline is OK".to_owned(),
        (0, all) => format!("All {all} pipelines are OK"),
        (1, _) => format!("1 of {} needs attention", format::counted(all, "pipeline", "pipelines")),
        (attention, _) => format!("{attention} of {all} pipelines need attention"),
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
                @for status in &overview.pipelines { (row(overview, status)) }
            }
        }
    }
}

fn row(overview: &Overview, status: &PipelineStatus) -> Markup {
    let now = overview.at;
    let last = status.last.as_ref();
    html! {
        tr {
            td.state { (parts::state(status.state)) }
            th scope="row" {
                a href=(parts::pipeline_path(&status.name)) { (status.name) } " "
                @if let Some(error) = last.and_then(|run| run.error.as_deref()) {
                    span.error { (format::first_line(error, ERROR_LENGTH)) }
                }
            }
            td.last data-label="Last run" { @if let Some(run) = last { (parts::when(now, run.started)) } }
            td.number data-label="Duration" { @if let Some(run) = last { (format::span(run.duration)) } }
            td.number data-label="Records" { @if let Some(run) = last { (format::count(run.rows_out)) } }
            td.next data-label="Next" { (next(overview, status)) }
            td.runs data-label="Last runs" { (parts::strip(&status.strip)) }
        }
    }
}

/// Expected start of the next run, also if it is overdue.
pub fn next(overview: &Overview, status: &PipelineStatus) -> Markup {
    html! {
        @match status.next {
            Some(next) if next < overview.at => { "due " (parts::when(overview.at, next)) }
            Some(next) => (parts::when(overview.at, next)),
            None => span.unknown { "not known" },
        }
    }
}

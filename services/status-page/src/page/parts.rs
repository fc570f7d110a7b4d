//! Elements that several pages share.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::format;
use crate::view::{Alert, AlertState, Run, State};

/// Machine-readable time with the given text.
pub fn time(at: Timestamp, words: &str) -> Markup {
    html! { time datetime=(at) title=(format!("{} UTC", format::full_time(at))) { (words) } }
}

/// Time relative to now.
pub fn when(now: Timestamp, at: Timestamp) -> Markup {
    time(at, &format::relative(now, at))
}

/// Machine-readable number with a formatted text.
pub fn number(value: f64) -> Markup {
    html! { data value=(value) { (format::number(value)) } }
}

/// Description, with text between backticks as code.
pub fn prose(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// State with shape, word and color.
pub fn state(state: State) -> Markup {
    let class = match state {
        State::Failed => "bad",
        State::Late | State::Incomplete => "odd",
        State::Unseen => "none",
        State::Ok => "good",
    };
    badge(class, state.word())
}

/// State of an alert with shape, word and color.
pub fn alert_state(state: AlertState) -> Markup {
    let class = match state {
        AlertState::Firing => "bad",
        AlertState::Pending => "odd",
        AlertState::Resolved => "good",
    };
    badge(class, state.word())
}

/// Result of a run.
pub fn result(run: &Run) -> Markup {
    if run.worked { badge("good", "OK") } else { badge("bad", "Failed") }
}

/// Last runs as bars, oldest first: low for successful ones, high for failed ones, with the same as text.
pub fn strip(strip: &[bool]) -> Markup {
    const PITCH: usize = 5;
    let bars = |wanted: bool, path: &str| -> String {
        let places = strip.iter().enumerate().filter(|(_, worked)| **worked == wanted);
        places.map(|(index, _)| format!("M{} {path}", index * PITCH)).collect::<Vec<_>>().concat()
    };
    let failed = strip.iter().filter(|worked| !**worked).count();
    html! {
        @if !strip.is_empty() {
            svg.strip viewBox=(format!("0 0 {} 16", strip.len() * PITCH)) width=(strip.len() * PITCH) height="16"
                aria-hidden="true" {
                path.good d=(bars(true, "9h3v7h-3z")) {}
                path.bad d=(bars(false, "0h3v16h-3z")) {}
            }
        }
        span.count {
            @match (failed, strip.len()) {
                (_, 0) => "none",
                (0, 1) => "1 worked",
                (1, 1) => "1 failed",
                (0, all) => (format!("all {all} OK")),
                (failed, all) if failed == all => (format!("all {all} failed")),
                (failed, all) => (format!("{failed} of {all} failed")),
            }
        }
    }
}

/// List of alerts with their times.
pub fn alerts(now: Timestamp, alerts: &[Alert]) -> Markup {
    html! {
        ul.alerts {
            @for alert in alerts {
                li {
                    p.what {
                        (alert_state(alert.state)) " " strong { (alert.title) } " "
                        span.severity { (alert.severity) }
                    }
                    @if !alert.detail.is_empty() { p.detail { (alert.detail) } }
                    p.context {
                        a href=(pipeline_path(&alert.program)) { (alert.program) } ", since "
                        (time(alert.since, &format::short_time(alert.since)))
                        @match alert.until {
                            Some(until) => {
                                ", resolved " (when(now, until)) ", after " (format::distance(until, alert.since))
                            }
                            None => { " (" (format::distance(now, alert.since)) ")" }
                        }
                        @if let Some(value) = alert.value {
                            ", value " (number(value)) @if let Some(unit) = &alert.unit { " " (unit) }
                        }
                        @if let Some(limit) = alert.limit {
                            ", limit " (number(limit)) @if let Some(unit) = &alert.unit { " " (unit) }
                        }
                        @if let Some(link) = alert.link.as_deref().filter(|link| is_web(link)) {
                            ", " a href=(link) rel="noreferrer" { "instructions" }
                        }
                    }
                }
            }
        }
    }
}

/// Address of a pipeline's page.
pub fn pipeline_path(name: &str) -> String {
    format!("/pipelines/{}", format::segment(name))
}

/// Whether a link is safe: other schemes could run a script.
fn is_web(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

fn badge(class: &str, word: &str) -> Markup {
    // The shapes differ, too, so that color is not needed.
    let shape = match class {
        "good" => html! { circle cx="6" cy="6" r="4" {} },
        "bad" => html! { path d="M2.5 2.5l7 7m0-7l-7 7" {} },
        "odd" => html! { path d="M6 1.5l5 9H1z" {} },
        _ => html! { circle.hollow cx="6" cy="6" r="3.5" {} },
    };
    html! {
        span class=(format!("badge {class}")) {
            svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" { (shape) }
            (word)
        }
    }
}

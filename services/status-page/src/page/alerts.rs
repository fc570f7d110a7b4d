//! Page of all alerts, open and resolved.

use maud::html;

use super::layout::Page;
use super::parts;
use crate::format;
use crate::view::{Alert, AlertState, Alerts};

/// Renders the page of all alerts.
pub fn alerts(page: &Alerts) -> String {
    let (open, over): (Vec<Alert>, Vec<Alert>) =
        page.alerts.iter().cloned().partition(|alert| alert.state != AlertState::Resolved);
    let title = match open.len() {
        0 => "No alert is open".to_owned(),
        open => format::counted(open, "alert is open", "alerts are open"),
    };
    let content = html! {
        h1 { (title) }
        @if !open.is_empty() { (parts::alerts(page.at, &open)) }
        section aria-labelledby="recent" {
            h2 #recent { "Recent" }
            @if over.is_empty() { p.quiet { "None." } } @else { (parts::alerts(page.at, &over)) }
        }
    };
    let title = format!("{title} · Status");
    Page {
        title: &title,
        section: "/alerts",
        json: "/api/alerts",
        at: page.at,
        problems: &page.problems,
        content,
    }
    .html()
}

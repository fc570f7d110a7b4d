//! Layout of all pages.

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};

use super::parts;
use crate::format;

/// A page without layout.
pub struct Page<'a> {
    /// Title, unique among the pages.
    pub title: &'a str,
    /// Address of its section in the navigation.
    pub section: &'a str,
    /// Address of the page as JSON.
    pub json: &'a str,
    /// Time of reading.
    pub at: Timestamp,
    /// Errors of reading.
    pub problems: &'a [String],
    /// Content, starting with the heading.
    pub content: Markup,
}

const SECTIONS: [(&str, &str); 3] = [("/", "Pipelines"), ("/alerts", "Alerts"), ("/records", "Records")];

impl Page<'_> {
    /// Renders the page as HTML.
    pub fn html(&self) -> String {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) }
                    link rel="stylesheet" href="/style.css";
                    link rel="icon" type="image/svg+xml" href="/icon.svg";
                    link rel="alternate" type="application/json" href=(self.json);
                }
                body {
                    a.skip href="#content" { "Skip to content" }
                    header.top {
                        nav aria-label="Pages" {
                            @for (address, name) in SECTIONS {
                                a href=(address) aria-current=[(address == self.section).then_some("page")] { (name) }
                            }
                        }
                        p.read { "Read " (parts::time(self.at, &format::full_time(self.at))) " UTC" }
                    }
                    main #content {
                        (self.content)
                        (problems(self.problems))
                    }
                    footer {
                        p { "All times are UTC." }
                        p { a href=(self.json) { "This page as JSON" } " · " a href="/metrics" { "Metrics" } }
                    }
                }
            }
        }
        .into_string()
    }
}

/// Renders the page of an unknown address.
pub fn not_found(at: Timestamp) -> String {
    let content = html! {
        h1 { "Page not found" }
        p { "A pipeline appears once it has run. " a href="/" { "All pipelines" } }
    };
    Page { title: "Page not found", section: "", json: "/api/overview", at, problems: &[], content }.html()
}

fn problems(problems: &[String]) -> Markup {
    html! {
        @if !problems.is_empty() {
            section.problems aria-labelledby="problems" {
                h2 #problems { "Errors" }
                ul { @for problem in problems { li { (problem) } } }
            }
        }
    }
}

//! What all pages have around them.

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};

use super::parts;
use crate::words;

/// A page, before it has anything around it.
pub struct Page<'a> {
    /// Its title, which tells it from all others.
    pub title: &'a str,
    /// The section of the navigation it belongs to: its address.
    pub section: &'a str,
    /// Where the same is as JSON.
    pub json: &'a str,
    /// When what it shows was read.
    pub at: Timestamp,
    /// What could not be read.
    pub problems: &'a [String],
    /// Its content, with the heading of the page first.
    pub content: Markup,
}

const SECTIONS: [(&str, &str); 3] = [("/", "Pipelines"), ("/alerts", "Alerts"), ("/records", "Records")];

impl Page<'_> {
    /// The page as HTML.
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
                        p.read { "Read " (parts::time(self.at, &words::instant(self.at))) " UTC" }
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

/// The page of an address that leads nowhere.
pub fn nothing_here(at: Timestamp) -> String {
    let content = html! {
        h1 { "There is nothing here" }
        p { "A pipeline appears once it has run. " a href="/" { "All pipelines" } }
    };
    Page { title: "Nothing here", section: "", json: "/api/overview", at, problems: &[], content }.html()
}

fn problems(problems: &[String]) -> Markup {
    html! {
        @if !problems.is_empty() {
            section.problems aria-labelledby="problems" {
                h2 #problems { "What could not be read" }
                ul { @for problem in problems { li { (problem) } } }
            }
        }
    }
}

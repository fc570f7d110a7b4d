//! Every part has its page, with the sections a reader expects.

use std::fs;

use crate::workspace::{Package, hold, packages, pages, root, text};

const PROGRAM_SECTIONS: [&str; 4] = ["## Run", "## Settings", "## Records", "## Test"];
const CRATE_SECTIONS: [&str; 2] = ["## Use", "## Limits"];

const DECISIONS: &str = "docs/decisions";

#[test]
fn every_package_has_a_page_with_its_sections() {
    hold("Write these into the README, in this order:", packages().iter().flat_map(missing_in_page));
}

#[test]
fn the_catalogue_names_every_program() {
    let readme = text("README.md");
    let programs = packages().iter().filter(|package| package.is_program());
    let absent = programs.filter(|program| !readme.contains(&format!("({})", program.folder)));
    let row = |program: &Package| format!("[{}]({})", program.name, program.folder);
    hold("Add it to the catalogue in README.md with a link to its folder:", absent.map(row));
}

#[test]
fn every_decision_is_linked_from_the_index() {
    let index = text(&format!("{DECISIONS}/README.md"));
    let absent =
        decisions().into_iter().filter(|file| file != "README.md" && !index.contains(&format!("({file})")));
    hold("Link the page from docs/decisions/README.md:", absent);
}

#[test]
fn links_between_pages_lead_somewhere() {
    hold("Mend the link:", pages().iter().flat_map(|page| broken_links(page)));
}

/// The lines a README lacks, or has out of order.
fn missing_in_page(package: &Package) -> Vec<String> {
    let sections = if package.is_program() { &PROGRAM_SECTIONS[..] } else { &CRATE_SECTIONS };
    let page = format!("{}/README.md", package.folder);
    let text = text(&page);
    let mut lines = text.lines();
    let title = format!("# {}", package.name);
    let expected = std::iter::once(title.as_str()).chain(sections.iter().copied());
    expected.filter(|line| !lines.any(|found| found == *line)).map(|line| format!("{page}: {line}")).collect()
}

fn decisions() -> Vec<String> {
    let files = fs::read_dir(root().join(DECISIONS)).into_iter().flatten().flatten();
    files.filter_map(|file| file.file_name().into_string().ok()).collect()
}

/// The links of a page to files of this repository that are not there.
fn broken_links(page: &str) -> Vec<String> {
    let text = text(page);
    // Blocks of code alternate with the text; a link in one of them is part of another page.
    let text: String = text.split("```").step_by(2).collect();
    let folder = root().join(page).parent().unwrap().to_owned();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    let broken = files.filter(|target| !folder.join(target.split('#').next().unwrap_or_default()).exists());
    broken.map(|target| format!("{page}: {target}")).collect()
}

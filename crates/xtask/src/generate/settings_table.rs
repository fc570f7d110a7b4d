//! Whether the pages name the variables that the programs have: no more, no fewer.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::mistake::Mistakes;
use super::model::{Model, Program};

/// The page with the variables that all programs share.
const SHARED: &str = "docs/operating.md";

/// Compares the table `## Settings` of each program's README, and the one of `docs/operating.md`, with `--describe`.
pub(super) fn check(root: &Path, model: &Model) -> Result<(), String> {
    let mut mistakes = Mistakes::default();
    let page = section(&read(root, SHARED)?, "## Variables");
    let (listed, shared) = (names(&page), words(&page).collect());
    for program in &model.programs {
        let page = format!("{}/README.md", program.folder);
        compare(program, &shared, &names(&section(&read(root, &page)?, "## Settings")), &page, &mut mistakes);
    }
    let known: BTreeSet<_> = model.programs.iter().flat_map(accepted).collect();
    for name in listed.iter().filter(|name| !known.contains(name.as_str())) {
        mistakes.add(SHARED, name, "is a variable of no program");
    }
    mistakes.or(())
}

/// Notes what the page of a program leaves out of its variables, and what it names that is none of them.
fn compare(
    program: &Program,
    shared: &BTreeSet<String>,
    told: &BTreeSet<String>,
    page: &str,
    mistakes: &mut Mistakes,
) {
    let accepted: BTreeSet<_> = accepted(program).collect();
    for name in told.iter().filter(|name| !accepted.contains(name.as_str())) {
        mistakes.add(page, name, "is not a variable of the program");
    }
    for name in accepted.into_iter().filter(|name| !told.contains(*name) && !shared.contains(*name)) {
        mistakes.add(page, name, "is missing in the table of `## Settings`");
    }
}

/// All names that a program takes, older ones included. Patterns such as `ALERT_<FIELD>_ABOVE` have a section of their
/// own in the page that all share.
fn accepted(program: &Program) -> impl Iterator<Item = &str> {
    let variables = program.variables.iter().filter(|variable| !variable.name.contains('<'));
    variables.flat_map(|it| it.also.iter().chain([&it.name]).map(String::as_str))
}

/// The lines of a page from a heading to the next of its kind.
fn section(page: &str, heading: &str) -> String {
    let lines = page.lines().skip_while(|line| *line != heading).skip(1);
    let lines: Vec<_> = lines.take_while(|line| !line.starts_with("## ")).collect();
    lines.join("\n")
}

/// The names of variables in the first two columns of its tables: the name, and the older ones.
fn names(section: &str) -> BTreeSet<String> {
    let rows = section.lines().filter_map(|line| line.strip_prefix('|'));
    let cells = rows.flat_map(|row| row.split('|').take(2));
    cells.flat_map(words).collect()
}

/// The names of variables anywhere in a text.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).filter(|word| is_variable(word)).map(str::to_owned)
}

/// Whether it is a whole name, and not a pattern or the end of one.
fn is_variable(word: &str) -> bool {
    let is_inner = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    word.starts_with(|letter: char| letter.is_ascii_uppercase()) && word.chars().all(is_inner)
}

fn read(root: &Path, page: &str) -> Result<String, String> {
    fs::read_to_string(root.join(page)).map_err(|error| format!("{page}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::sample;

    const PAGE: &str = "# tides\n\n## Settings\n\n| Variable | Also | Meaning |\n|---|---|---|\n\
        | `TIDES_KEY` | | key |\n| `STATION` | | as in `HOME` |\n| `MEASUREMENT` | `TIDES_MEASUREMENT` | it |\n\n\
        ## Records\n\n| `RECORD` | |\n";

    fn found(page: &str) -> Vec<String> {
        let model = sample::model();
        let shared =
            ["STORE_URL", "STORE_TOKEN", "HEARTBEAT_URL", "SPOOL_DIR", "SQLITE_PATH", "DEADLINE_SECONDS"];
        let shared = shared.map(str::to_owned).into();
        let mut mistakes = Mistakes::default();
        let told = names(&section(page, "## Settings"));
        compare(model.program("tides").unwrap(), &shared, &told, "page", &mut mistakes);
        mistakes.lines()
    }

    #[test]
    fn a_page_that_names_each_variable_is_right() {
        assert_eq!(found(PAGE), [""; 0]);
    }

    #[test]
    fn a_variable_that_is_gone_and_one_that_is_new_are_told() {
        let page = PAGE.replace("`STATION`", "`STATIONS`").replace("`TIDES_MEASUREMENT`", "");
        let expected = [
            "page: STATIONS is not a variable of the program",
            "page: STATION is missing in the table of `## Settings`",
            "page: TIDES_MEASUREMENT is missing in the table of `## Settings`",
        ];
        assert_eq!(found(&page), expected);
    }
}

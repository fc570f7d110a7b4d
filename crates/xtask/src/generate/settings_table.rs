//! The variables that one page explains for all programs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::mistake::Mistakes;
use super::model::{Model, Program};

/// The page with the variables that all programs share.
const SHARED: &str = "docs/operating.md";

/// The variables that `docs/operating.md` names, after a check that its table names none that no program has.
pub(super) fn shared(root: &Path, model: &Model) -> Result<BTreeSet<String>, String> {
    let page = fs::read_to_string(root.join(SHARED)).map_err(|error| format!("{SHARED}: {error}"))?;
    let page = section(&page, "## Variables");
    let known: BTreeSet<_> = model.programs.iter().flat_map(accepted).collect();
    let mut mistakes = Mistakes::default();
    for name in names(&page).iter().filter(|name| !known.contains(name.as_str())) {
        mistakes.add(SHARED, name, "is a variable of no program");
    }
    mistakes.or(words(&page).collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::sample;

    #[test]
    fn a_variable_that_no_program_has_is_a_mistake() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("docs")).unwrap();
        let page = |name: &str| {
            let text = format!(
                "## Variables\n\n| Variable | Also | |\n|---|---|---|\n| `{name}` | | as in `HOME` |\n\n## More\n"
            );
            fs::write(root.path().join(SHARED), text).unwrap();
            shared(root.path(), &sample::model())
        };
        assert_eq!(page("STORE_URL").unwrap(), ["HOME", "STORE_URL"].map(str::to_owned).into());
        assert!(
            page("STORE_URI")
                .unwrap_err()
                .contains("docs/operating.md: STORE_URI is a variable of no program")
        );
    }
}

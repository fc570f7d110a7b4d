//! The places of the workspace that list its packages.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

const OWN_BLOCKS: &str = "# Our own blocks";
const CATALOGUE: &str = "## Catalogue";

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

/// The names of all packages that are built here: our own, and those of the registry.
pub(super) fn package_names(root: &Path) -> Result<BTreeSet<String>, String> {
    let path = root.join("Cargo.lock");
    let problem = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(&path).map_err(|error| problem(&error))?;
    let lock: Lock = toml::from_str(&text).map_err(|error| problem(&error.message()))?;
    Ok(lock.package.into_iter().map(|package| package.name).collect())
}

/// The root manifest with one more line among our own blocks, which are sorted.
pub(super) fn with_dependency(manifest: &str, line: &str) -> Result<String, String> {
    let is_block = |other: &str| other.contains(" = { path = ");
    insert(manifest, OWN_BLOCKS, line, |other| is_block(other) && other > line, is_block)
}

/// The front page with one more row at the end of its catalogue.
pub(super) fn with_row(page: &str, row: &str) -> Result<String, String> {
    insert(page, CATALOGUE, row, |_| false, |other| other.starts_with('|'))
}

/// Puts `line` into the block of lines behind `heading`: before the first line that is `later`, or at the block's end.
fn insert(
    text: &str,
    heading: &str,
    line: &str,
    later: impl Fn(&str) -> bool,
    belongs: impl Fn(&str) -> bool,
) -> Result<String, String> {
    let mut lines: Vec<_> = text.lines().collect();
    let start =
        lines.iter().position(|line| *line == heading).ok_or_else(|| format!("has no `{heading}`"))?;
    let is_before = |line: &&str| !belongs(line);
    let first = start + 1 + lines.iter().skip(start + 1).take_while(|line| is_before(line)).count();
    let block = lines.iter().skip(first).take_while(|line| belongs(line) && !later(line));
    let place = (first + block.count()).min(lines.len());
    lines.insert(place, line);
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_takes_its_place_among_the_sorted() {
        let manifest = |middle: &str| {
            format!(
                "serde = \"1\"\n\n# Our own blocks\nnws = {{ path = \"n\" }}\n{middle}tls = {{ path = \"t\" }}\n\n[x]\n"
            )
        };
        let line = "river = { path = \"r\" }";
        assert_eq!(with_dependency(&manifest(""), line), Ok(manifest("river = { path = \"r\" }\n")));
        let last = with_dependency(&manifest(""), "zoo = { path = \"z\" }").unwrap();
        assert!(last.contains("tls = { path = \"t\" }\nzoo = { path = \"z\" }\n\n[x]"), "{last}");
    }

    #[test]
    fn a_row_ends_the_catalogue() {
        let page = "# Platform\n\n| Other |\n\n## Catalogue\n\n| Pipeline |\n|---|\n| one |\n\n## Further\n";
        let expected = page.replace("| one |\n", "| one |\n| two |\n");
        assert_eq!(with_row(page, "| two |"), Ok(expected));
        assert_eq!(with_row("# Platform\n", "| two |").unwrap_err(), "has no `## Catalogue`");
    }
}

//! The control files of a package: what dpkg knows of it, and the scripts that it runs.

use serde_json::{Value, json};

use super::contents::Package;
use crate::generate::render;
use crate::generate::systemd::Unit;

const CONTROL: &str = include_str!("templates/control.j2");
const POSTINST: &str = include_str!("templates/postinst.j2");
const PRERM: &str = include_str!("templates/prerm.j2");
const POSTRM: &str = include_str!("templates/postrm.j2");

/// Debian folds descriptions at this column.
const WIDTH: usize = 78;

/// `DEBIAN/control`. Source: <https://www.debian.org/doc/debian-policy/ch-controlfields.html>.
pub(super) fn control(package: &Package<'_>, unit: &Unit, kibibytes: usize) -> Result<String, String> {
    let summary = unit.description.trim_end_matches('.');
    let context = json!({
        "name": unit.name,
        "version": package.version,
        "architecture": package.architecture.name(),
        "maintainer": unit.maintainer,
        "homepage": package.homepage,
        "installed_kibibytes": kibibytes,
        "summary": summary,
        "description": fold(&unit.description),
        "schedule": unit.timer.is_some(),
    });
    render("control", CONTROL, context)
}

/// The maintainer scripts, by name. Source: <https://www.debian.org/doc/debian-policy/ch-maintainerscripts.html>.
pub(super) fn scripts(unit: &Unit, priority: u32) -> Result<[(&'static str, String); 3], String> {
    let context: Value = json!({
        "name": unit.name,
        "starter": starter(unit),
        "priority": priority,
    });
    Ok([
        ("postinst", render("postinst", POSTINST, &context)?),
        ("prerm", render("prerm", PRERM, &context)?),
        ("postrm", render("postrm", POSTRM, &context)?),
    ])
}

/// The unit that starts a program: the timer of one with a schedule.
fn starter(unit: &Unit) -> String {
    let kind = if unit.timer.is_some() { "timer" } else { "service" };
    format!("{}.{kind}", unit.name)
}

/// Priority of a version's `data-platform` command among those of other packages: the newest wins.
pub(super) fn priority(version: &str) -> u32 {
    let release = version.split(['-', '+', '~']).next().unwrap_or_default();
    let parts: Vec<u32> = release.split('.').map(|part| part.parse().unwrap_or(0)).collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or(0).min(999);
    part(0) * 1_000_000 + part(1) * 1_000 + part(2) + 1
}

/// Lines of a long description after the first, each with a leading blank.
fn fold(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { continue };
        if !line.is_empty() && line.len() + word.len() >= WIDTH {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_has_a_higher_priority() {
        let versions = ["0.1.0", "0.1.1", "0.2.0", "1.0.0", "1.0.12"];
        assert!(versions.map(priority).is_sorted());
        assert_eq!(priority("0.1.0+2"), priority("0.1.0"));
    }

    #[test]
    fn a_long_description_is_folded_with_a_blank_before_each_line() {
        let text = fold(&"word ".repeat(30));
        assert!(text.lines().count() == 2 && text.lines().all(|line| line.len() <= WIDTH));
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with(" word")));
    }
}

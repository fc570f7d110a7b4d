//! The control files of a package: its metadata for dpkg, and the scripts that dpkg runs.

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
        "has_timer": unit.timer.is_some(),
        "priority": priority,
    });
    Ok([
        ("postinst", render("postinst", POSTINST, &context)?),
        ("prerm", render("prerm", PRERM, &context)?),
        ("postrm", render("postrm", POSTRM, &context)?),
    ])
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
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::package::sample::tides;

    /// Runs a maintainer script of `name` as dpkg does for another root. The script must never see an empty root.
    fn run(name: &str, script: &str, argument: &str, root: &Path) {
        assert!(root.starts_with(std::env::temp_dir()));
        let unit = Unit { name: name.to_owned(), settings: Vec::new(), ..tides() };
        let (_, text) = scripts(&unit, 1).unwrap().into_iter().find(|(name, _)| *name == script).unwrap();
        let status = commands::shell().args(["-c", &text, script, argument]).env("DPKG_ROOT", root).status();
        assert!(status.unwrap().success(), "{text}");
    }

    #[test]
    fn a_purge_keeps_shared_files_of_another_program_without_settings() {
        let root = tempfile::tempdir().unwrap();
        let has = |path: &str| root.path().join(path).exists();
        run("tides", "postinst", "configure", root.path());
        run("gateway", "postinst", "configure", root.path());
        fs::create_dir_all(root.path().join("var/lib/data-platform")).unwrap();
        fs::write(root.path().join("etc/data-platform/secrets/store.token"), "abc").unwrap();
        fs::write(root.path().join("var/lib/data-platform/platform.db"), "rows").unwrap();

        run("tides", "postrm", "purge", root.path());
        assert!(!has("etc/data-platform/tides.env"));
        assert!(has("etc/data-platform/secrets/store.token") && has("var/lib/data-platform/platform.db"));

        run("gateway", "postrm", "purge", root.path());
        assert!(!has("etc/data-platform") && !has("var/lib/data-platform"));
    }

    #[test]
    fn a_removal_leaves_settings_and_an_installation_keeps_them() {
        let root = tempfile::tempdir().unwrap();
        let settings = root.path().join("etc/data-platform/tides.env");
        run("tides", "postinst", "configure", root.path());
        fs::write(&settings, "STATION=Dover\n").unwrap();
        run("tides", "postrm", "remove", root.path());
        run("tides", "postinst", "configure", root.path());
        assert_eq!(fs::read_to_string(&settings).unwrap(), "STATION=Dover\n");
    }

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

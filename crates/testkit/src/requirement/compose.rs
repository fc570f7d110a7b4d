//! Docker's Compose that a machine may have already.

use std::path::{Path, PathBuf};

/// The machine's own plugin, if it is of a generation that reads today's files. A plugin is a program of its own too.
pub(super) fn of_machine() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let places = [
        home.join(".docker"),
        "/usr/local/lib/docker".into(),
        "/usr/lib/docker".into(),
        "/usr/libexec/docker".into(),
    ];
    let programs = places.iter().map(|place| place.join("cli-plugins/docker-compose"));
    programs.filter(|program| program.is_file()).find(|program| answers(program))
}

#[expect(clippy::disallowed_methods, reason = "a machine without it gets another one")]
fn answers(program: &Path) -> bool {
    let asked = std::process::Command::new(program).args(["version", "--short"]).output();
    asked.is_ok_and(|output| output.status.success() && is_suitable(&String::from_utf8_lossy(&output.stdout)))
}

/// Whether a version selects profiles by `*`, which came with 2.24.
fn is_suitable(version: &str) -> bool {
    let mut numbers =
        version.trim().trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(2), Some(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_generation_is_not_suitable() {
        assert!(is_suitable("2.26.1-4\n") && is_suitable("v2.40.0") && is_suitable("5.0.1"));
        assert!(!is_suitable("1.29.2") && !is_suitable("2.20.3") && !is_suitable(""));
    }
}

//! Quoting for unit files.

use crate::generate::model::Architecture;

/// Escapes percent signs, which systemd would expand.
pub(super) fn text(text: &str) -> String {
    text.replace('%', "%%")
}

/// A variable and its value, as one word of `Environment=`. Source:
/// <https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html#Quoting>.
pub(super) fn assignment(name: &str, value: &str) -> String {
    let value = text(value).replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{name}={value}\"")
}

/// Name in `ConditionArchitecture=`.
pub(super) fn architecture(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Amd64 => "x86-64",
        Architecture::Arm64 => "arm64",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_keeps_its_percents_quotes_and_backslashes() {
        assert_eq!(assignment("LIMIT", r#"5 %; "a\b""#), r#""LIMIT=5 %%; \"a\\b\"""#);
    }
}

//! The man page of a program, from what it says of itself with `--describe`.

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::json;

use super::contents::Package;
use crate::generate::systemd::Unit;
use crate::generate::{Variable, render};

const TEMPLATE: &str = include_str!("templates/manual.1.j2");

/// A variable as the page shows it, every text safe for roff.
#[derive(Serialize)]
struct Entry {
    name: String,
    description: String,
    required: bool,
    default: Option<String>,
    also: String,
}

/// The page, for section 1 of the manual. Source: `man 7 man`.
pub(super) fn page(package: &Package<'_>, unit: &Unit) -> Result<String, String> {
    let context = json!({
        "name": roff(&unit.name),
        "heading": roff(&unit.name.to_uppercase()),
        "version": roff(package.version),
        "date": package.origin.created.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string(),
        "summary": roff(unit.description.trim_end_matches('.')),
        "description": roff(&unit.description),
        "schedule": unit.schedule.as_deref().map(roff),
        "homepage": roff(package.homepage),
        "options": unit.options.iter().map(|it| [roff(&it.option), roff(&it.description)]).collect::<Vec<_>>(),
        "exit_codes": unit.exit_codes.iter().map(|it| (it.code, roff(&it.description))).collect::<Vec<_>>(),
        "variables": unit.variables.iter().map(entry).collect::<Vec<_>>(),
    });
    let text = render("manual", TEMPLATE, context)?;
    // In roff an empty line is a paragraph.
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    Ok(lines.join("\n") + "\n")
}

fn entry(variable: &Variable) -> Entry {
    Entry {
        name: roff(&variable.name),
        description: roff(&variable.description),
        required: variable.required,
        default: variable.default.as_deref().map(roff),
        also: roff(&variable.also.join(", ")),
    }
}

/// Escapes text, so that roff prints it as it is: no escape sequence, no request, no hyphen that becomes a dash.
/// Source: `man 7 groff`, "Escapes" and "Requests".
fn roff(text: &str) -> String {
    let escaped = text.replace('\\', "\\e").replace('-', "\\-").replace('\n', " ");
    if escaped.starts_with(['.', '\'']) { format!("\\&{escaped}") } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::sample::{package, tides};

    #[test]
    fn a_page_has_every_variable_and_no_line_that_roff_would_take_for_a_request() {
        let text = page(&package(&crate::workspace::root()), &tides()).unwrap();
        assert!(text.starts_with(".\\\""), "{text}");
        assert!(text.contains(".TP\n.B \\-\\-check\ntry the settings\n"), "{text}");
        assert!(text.contains(".TP\n.B 75\ntemporary\n"), "{text}");
        assert!(text.contains(".TP\n.B TIDES_KEY\nKey of the service.\nRequired.\n"), "{text}");
        assert!(
            text.contains(".B STATION\n\\&.profile of a station, as in `a\\eb`.\nDefault:\n.BR a\\-b .\n"),
            "{text}"
        );
    }
}

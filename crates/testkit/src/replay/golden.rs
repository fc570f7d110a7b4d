//! Golden files: the expected results of a test case.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::diff::diff;
use crate::Outcome;
use crate::world::World;

/// Results of a run by file; a file that must not exist has no text.
#[derive(Debug)]
pub(super) struct Golden {
    files: [(&'static str, Option<String>); 3],
    points: usize,
}

impl Golden {
    pub(super) fn of(world: &World, outcome: &Outcome) -> Self {
        let (lines, rows) = (world.lines(), world.rows());
        let works = outcome.exit == Some(0);
        let loaded = (!lines.is_empty() || (works && rows.is_empty())).then(|| lines.clone());
        let tables = (!rows.is_empty()).then(|| format!("{:#}\n", Value::from(rows.clone())));
        let in_tables = rows.values().filter_map(Value::as_array).map(Vec::len).sum::<usize>();
        Self {
            files: [
                ("loaded.lp", loaded),
                ("loaded.json", tables),
                ("failure.txt", (!works).then(|| failure(world, outcome))),
            ],
            points: lines.lines().count() + in_tables,
        }
    }

    /// Number of stored records.
    pub(super) fn records(&self) -> usize {
        self.points
    }

    /// Differences from the files in a folder; with `UPDATE_EXPECT` the files are updated instead.
    pub(super) fn differences(&self, folder: &Path) -> Vec<String> {
        let update = std::env::var_os("UPDATE_EXPECT").is_some();
        self.files
            .iter()
            .filter_map(|(name, text)| {
                let path = folder.join(name);
                let found = fs::read_to_string(&path).ok();
                if found == *text {
                    return None;
                }
                if update {
                    return write(&path, text.as_deref()).err().map(|error| format!("{name}: {error}"));
                }
                Some(difference(name, found.as_deref(), text.as_deref()))
            })
            .collect()
    }
}

fn write(path: &Path, text: Option<&str>) -> std::io::Result<()> {
    match text {
        Some(text) => fs::write(path, text),
        None => fs::remove_file(path),
    }
}

fn difference(name: &str, expected: Option<&str>, got: Option<&str>) -> String {
    let advice = "UPDATE_EXPECT=1 accepts what was got; read it before you commit it";
    let what = match (expected, got) {
        (None, _) => format!("{name} is missing; this run would make it"),
        (_, None) => format!("{name} is there, and this run gives no reason for it"),
        _ => format!("{name} differs: - is expected, + was got"),
    };
    let diff = diff(expected.unwrap_or_default(), got.unwrap_or_default());
    format!("  {what} ({advice})\n{diff}")
}

/// Description of a failure, without the parts that vary between runs.
fn failure(world: &World, outcome: &Outcome) -> String {
    let exit = outcome.exit.map_or_else(|| "none: ended by a signal".to_owned(), |code| code.to_string());
    let mut lines = vec![format!("exit {exit}")];
    match world.report() {
        Some(report) => {
            let text =
                |member: &str| report.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
            lines.push(format!("stage {}", text("stage")));
            lines.extend(text("error").lines().map(|line| format!("error {line}")));
        }
        None => lines.extend(outcome.stderr.lines().map(|line| format!("printed {line}"))),
    }
    lines.push(format!("alerts {}\n", world.alerts().len()));
    world.anonymous(&lines.join("\n"))
}

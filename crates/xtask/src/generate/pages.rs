//! The generated parts of pages that are otherwise written by hand: the settings and the records in the README of each
//! program, and the catalogue in the root README. They stand between two comments.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use record::{Column, Role, Schema};
use serde::Serialize;
use serde_json::json;

use super::describe::{ProgramKind, Variable};
use super::file::File;
use super::model::{Model, Program};
use super::template::render;

const SETTINGS: &str = include_str!("pages/settings.md.j2");
const RECORDS: &str = include_str!("pages/records.md.j2");
const CATALOGUE: &str = include_str!("pages/catalogue.md.j2");

/// The comments around a generated part.
const END: &str = "<!-- end -->";

/// The record of every program, which says nothing about one of them.
const RUNS: &str = "pipeline_runs";

/// All pages with their generated parts filled in. `shared` are the variables that one page explains for all programs.
pub(super) fn files(root: &Path, model: &Model, shared: &BTreeSet<String>) -> Result<Vec<File>, String> {
    let mut files = vec![page(root, "README.md", &[("catalogue", "## Catalogue", catalogue(model)?)])?];
    for program in &model.programs {
        let mut parts = vec![("settings", "## Settings", settings(program, shared)?)];
        let records: Vec<_> = program.records.iter().filter(|record| record.name != RUNS).collect();
        if !records.is_empty() {
            parts.push(("records", "## Records", records_of(&records)?));
        }
        files.push(page(root, &format!("{}/README.md", program.folder), &parts)?);
    }
    Ok(files)
}

/// A page with its parts, each with its name, its heading and its text.
fn page(root: &Path, path: &str, parts: &[(&str, &str, String)]) -> Result<File, String> {
    let mut text = fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
    for (name, heading, part) in parts {
        text = filled(&text, name, heading, part).map_err(|problem| format!("{path}: {problem}"))?;
    }
    Ok(File { path: path.to_owned(), text })
}

/// The text with one part replaced. Without its comments, it takes the place of the first table below the heading, or
/// follows the heading.
fn filled(text: &str, name: &str, heading: &str, part: &str) -> Result<String, String> {
    let begin = format!("<!-- {name}: made by `cargo xtask generate` -->");
    let block = format!("{begin}\n\n{}\n\n{END}", part.trim());
    if let Some((before, rest)) = text.split_once(&begin) {
        let (_, after) = rest.split_once(END).ok_or_else(|| format!("`{begin}` has no `{END}`"))?;
        return Ok(format!("{before}{block}{after}"));
    }
    let line = format!("\n{heading}\n");
    let (before, rest) = text.split_once(&line).ok_or_else(|| format!("has no `{heading}`"))?;
    let section = rest.find("\n## ").unwrap_or(rest.len());
    let table = rest.get(..section).and_then(|section| section.find("\n| "));
    let Some(start) = table else { return Ok(format!("{before}{line}\n{block}\n{rest}")) };
    let (first, table) = rest.split_at(start + 1);
    let rows = table.split_inclusive('\n').take_while(|row| row.starts_with('|')).map(str::len).sum();
    let (_, after) = table.split_at(rows);
    Ok(format!("{before}{line}{first}{block}\n{after}"))
}

/// The table of the variables that a program does not share with the others.
fn settings(program: &Program, shared: &BTreeSet<String>) -> Result<String, String> {
    let own = program.variables.iter().filter(|it| !it.name.contains('<') && !shared.contains(&it.name));
    let own: Vec<_> = own.map(Setting::of).collect();
    let has_older = own.iter().any(|setting| !setting.also.is_empty());
    render("settings.md", SETTINGS, json!({ "settings": own, "has_older": has_older }))
}

#[derive(Serialize)]
struct Setting<'a> {
    name: &'a str,
    also: &'a [String],
    is_required: bool,
    default: Option<&'a str>,
    description: String,
}

impl<'a> Setting<'a> {
    fn of(variable: &'a Variable) -> Self {
        Self {
            name: &variable.name,
            also: &variable.also,
            is_required: variable.required && variable.default.is_none(),
            default: variable.default.as_deref(),
            description: in_a_cell(&variable.description),
        }
    }
}

/// The tables of the records of a program.
fn records_of(records: &[&Schema]) -> Result<String, String> {
    let records: Vec<_> = records.iter().map(|record| Record::of(record)).collect();
    render("records.md", RECORDS, json!({ "records": records }))
}

#[derive(Serialize)]
struct Record<'a> {
    name: &'a str,
    description: &'a str,
    shape: &'static str,
    /// The meaning of its time.
    time: Option<&'a str>,
    columns: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    kind: String,
    unit: &'a str,
    description: String,
}

impl<'a> Record<'a> {
    fn of(schema: &'a Schema) -> Self {
        let time = schema.columns.iter().find(|column| column.role == Role::Time);
        let others = schema.columns.iter().filter(|column| column.role != Role::Time);
        Self {
            name: &schema.name,
            description: &schema.description,
            shape: if schema.is_measurement() { "Measurement" } else { "Table" },
            time: time.map(|column| column.description.as_ref()).filter(|text| !text.is_empty()),
            columns: others.map(row).collect(),
        }
    }
}

fn row(column: &Column) -> Row<'_> {
    let role = serde_json::to_value(column.role).unwrap_or_default();
    let value_type = serde_json::to_value(column.value_type).unwrap_or_default();
    let (role, value_type) = (role.as_str().unwrap_or_default(), value_type.as_str().unwrap_or_default());
    let kind = match column.role {
        Role::Tag => role.to_owned(),
        Role::Field => value_type.to_owned(),
        _ => format!("{role}, {value_type}"),
    };
    Row {
        name: &column.name,
        kind: if column.optional { format!("{kind}, optional") } else { kind },
        unit: column.unit.as_deref().unwrap_or_default(),
        description: in_a_cell(&column.description),
    }
}

/// A text that does not end the cell of a table.
fn in_a_cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The catalogue, by group.
fn catalogue(model: &Model) -> Result<String, String> {
    let mut groups: BTreeMap<(u8, &str), Vec<Entry<'_>>> = BTreeMap::new();
    for program in &model.programs {
        groups.entry(group(program)).or_default().push(Entry::of(program));
    }
    let groups: Vec<_> = groups.into_iter().map(|((_, name), programs)| (name, programs)).collect();
    render("catalogue.md", CATALOGUE, json!({ "groups": groups, "count": model.programs.len() }))
}

/// The group of a program, and its place: the programs of the platform itself come last.
fn group(program: &Program) -> (u8, &str) {
    let of_kind = match program.kind {
        ProgramKind::Job => (1, "Other sources"),
        ProgramKind::Device => (2, "Devices"),
        ProgramKind::Service => (3, "Platform"),
    };
    match program.group.as_deref() {
        Some("Platform") => (3, "Platform"),
        Some(group) => (0, group),
        None => of_kind,
    }
}

/// A program in the catalogue.
#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    folder: &'a str,
    description: String,
    runs: &'static str,
    records: Vec<&'a str>,
    needs: Vec<&'a str>,
}

impl<'a> Entry<'a> {
    fn of(program: &'a Program) -> Self {
        let records = program.records.iter().map(|record| record.name.as_ref());
        let required = program.variables.iter().filter(|it| it.required && it.default.is_none());
        Self {
            name: &program.name,
            folder: &program.folder,
            description: in_a_cell(&program.description),
            runs: if program.schedule.is_some() { "on a schedule" } else { "until stopped" },
            records: records.filter(|name| *name != RUNS).collect(),
            needs: required.map(|variable| variable.name.as_str()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::sample;

    const PAGE: &str =
        "# tides\n\n## Settings\n\n| Variable | |\n|---|---|\n| `OLD` | |\n\nMore.\n\n## Records\n\nNone.\n";

    #[test]
    fn a_part_takes_the_place_of_a_table_and_then_of_itself() {
        let expected = "# tides\n\n## Settings\n\n<!-- settings: made by `cargo xtask generate` -->\n\n| a |\n\n\
            <!-- end -->\n\nMore.\n\n## Records\n\nNone.\n";
        let once = filled(PAGE, "settings", "## Settings", "| a |\n").unwrap();
        assert_eq!(once, expected);
        assert_eq!(filled(&once, "settings", "## Settings", "| a |").unwrap(), expected);
        assert!(
            filled(&once, "settings", "## Settings", "| b |")
                .unwrap()
                .contains("\n| b |\n\n<!-- end -->\n\nMore.")
        );
    }

    #[test]
    fn a_section_without_a_table_begins_with_the_part() {
        let text = filled(PAGE, "records", "## Records", "| a |").unwrap();
        assert!(text.ends_with("## Records\n\n<!-- records: made by `cargo xtask generate` -->\n\n| a |\n\n<!-- end -->\n\nNone.\n"), "{text}");
        assert!(filled(PAGE, "x", "## Elsewhere", "").is_err());
        assert!(filled("<!-- x: made by `cargo xtask generate` -->", "x", "## X", "").is_err());
    }

    #[test]
    fn settings_are_those_that_no_other_page_explains() {
        let model = sample::model();
        let shared =
            ["STORE_URL", "STORE_TOKEN", "HEARTBEAT_URL", "SPOOL_DIR", "SQLITE_PATH", "DEADLINE_SECONDS"];
        let text = settings(model.program("tides").unwrap(), &shared.map(str::to_owned).into()).unwrap();
        let expected = "| Variable | Also | Meaning |\n|---|---|---|\n| `TIDES_KEY` | | **Required.** It. |\n\
            | `STATION` | | It. |\n| `MEASUREMENT` | `TIDES_MEASUREMENT` | It. |\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn records_have_their_columns_and_the_meaning_of_their_time() {
        let model = sample::model();
        let text = records_of(&[&model.program("tides").unwrap().records[0]]).unwrap();
        assert!(text.starts_with("Measurement `level`. Levels."), "{text}");
        assert!(text.contains("| `place` | tag | | |\n| `level` | float | m | Level. |"), "{text}");
    }

    #[test]
    fn each_group_is_collapsed() {
        let mut model = sample::model();
        let tides = model.program("tides").unwrap().clone();
        let one = "<details>\n<summary><b>Other sources</b>: 1 program</summary>\n\n| ";
        assert!(catalogue(&model).unwrap().contains(one));
        model.programs.push(tides);
        assert!(catalogue(&model).unwrap().contains("<b>Other sources</b>: 2 programs</summary>"));
    }
}

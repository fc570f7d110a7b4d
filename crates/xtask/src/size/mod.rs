//! `cargo xtask size`: the hand-written code lines of each program and API client, beside their limits.

mod count;

use std::fs;
use std::path::Path;

use crate::workspace;

/// Counts the hand-written code lines of programs and API clients, and marks those over their limit.
///
/// Comments, blank lines and tests do not count, and neither do the fields of records. Of a program, `main.rs` and
/// `transform.rs` are counted: a job that reads a service may have 80 lines there. Its client, a crate in
/// crates/api-clients or a module `source.rs`, may have 120; one that several programs share, 120 for each of them.
/// Devices, services and jobs without a service have no limit.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Programs and clients to count; without one, all.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Fails where something is over its limit.
    #[arg(long)]
    check: bool,
}

/// Most lines of a job that reads a service.
const JOB_LIMIT: usize = 80;
/// Most lines of the client of a service.
const CLIENT_LIMIT: usize = 120;

/// Files of a program that are counted.
const PROGRAM_FILES: [&str; 2] = ["src/main.rs", "src/transform.rs"];
/// The client of a service that one program alone reads.
const SOURCE: &str = "src/source.rs";

/// A row of the table.
#[derive(Debug, PartialEq)]
struct Row {
    name: String,
    lines: usize,
    limit: Option<usize>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let rows = rows(&workspace::root())?;
    let is_wanted = |row: &&Row| {
        let package = row.name.split(' ').next().unwrap_or_default();
        arguments.names.is_empty() || arguments.names.iter().any(|name| name == package)
    };
    let rows: Vec<_> = rows.iter().filter(is_wanted).collect();
    if let Some(name) =
        arguments.names.iter().find(|name| !rows.iter().any(|row| row.name.starts_with(*name)))
    {
        return Err(format!("there is no program and no client `{name}`"));
    }
    println!("{:<32}{:>6}{:>7}", "program or client", "lines", "limit");
    for row in &rows {
        println!("{}", row.text());
    }
    let over: Vec<_> = rows.iter().filter(|row| row.is_over()).map(|row| row.name.as_str()).collect();
    if arguments.check && !over.is_empty() {
        return Err(format!("over the limit: {}; move code to the blocks they lean on", over.join(", ")));
    }
    Ok(())
}

/// Jobs, devices and services, then clients.
fn rows(root: &Path) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let mut modules = Vec::new();
    for program in workspace::programs()? {
        let folder = &program.folder;
        let is_limited = folder.starts_with(root.join("pipelines")) && folder.join("testcases").is_dir();
        let lines =
            PROGRAM_FILES.iter().map(|file| lines_of(&folder.join(file))).sum::<Result<usize, _>>()?;
        rows.push(Row { name: program.name.clone(), lines, limit: is_limited.then_some(JOB_LIMIT) });
        if folder.join(SOURCE).is_file() {
            let lines = lines_of(&folder.join(SOURCE))?;
            let name = format!("{} (source.rs)", program.name);
            modules.push(Row { name, lines, limit: is_limited.then_some(CLIENT_LIMIT) });
        }
    }
    rows.extend(modules);
    rows.extend(clients(&root.join("crates/api-clients"))?);
    Ok(rows)
}

fn clients(folder: &Path) -> Result<Vec<Row>, String> {
    let manifests = workspace::programs()?.into_iter().map(|program| program.folder.join("Cargo.toml"));
    let manifests: Vec<_> = manifests.map(|path| fs::read_to_string(path).unwrap_or_default()).collect();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut folders: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    let row = |folder: &Path| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let lines = lines_below(&folder.join("src"))?;
        let readers = manifests.iter().filter(|manifest| needs(manifest, &name)).count();
        Ok(Row { name: format!("{name} (client)"), lines, limit: Some(CLIENT_LIMIT * readers.max(1)) })
    };
    folders.iter().map(|folder| row(folder)).collect()
}

/// Whether a manifest names a package among its dependencies.
fn needs(manifest: &str, package: &str) -> bool {
    let begins = |line: &str| line.strip_prefix(package).is_some_and(|rest| rest.starts_with(['.', ' ']));
    manifest.lines().any(begins)
}

/// The code lines of all Rust files below a folder.
fn lines_below(folder: &Path) -> Result<usize, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let lines = paths.map(|path| match path.extension() {
        _ if path.is_dir() => lines_below(&path),
        Some(extension) if extension == "rs" => lines_of(&path),
        _ => Ok(0),
    });
    lines.sum()
}

fn lines_of(file: &Path) -> Result<usize, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(count::code_lines(&text))
}

impl Row {
    fn is_over(&self) -> bool {
        self.limit.is_some_and(|limit| self.lines > limit)
    }

    fn text(&self) -> String {
        let limit = self.limit.map_or_else(String::new, |limit| limit.to_string());
        let mark = if self.is_over() { "  over" } else { "" };
        format!("{:<32}{:>6}{limit:>7}{mark}", self.name, self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_over_its_limit_is_marked() {
        let row = |lines, limit| Row { name: "tides".into(), lines, limit };
        assert!(row(81, Some(80)).text().ends_with("81     80  over"));
        assert!(row(80, Some(80)).text().ends_with("80     80"));
        assert!(!row(500, None).is_over());
    }

    #[test]
    fn a_client_is_found_among_dependencies() {
        assert!(needs("[dependencies]\nnws.workspace = true\n", "nws"));
        assert!(needs("[dependencies]\nnws = { path = \"n\" }\n", "nws"));
        assert!(!needs("[dependencies]\nnws-grid.workspace = true\n", "nws"));
    }
}

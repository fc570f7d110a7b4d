//! Next steps after the demo: place of the data, and use of the real services.

use super::program::Program;
use super::screen::{Screen, WIDTH};
use super::shown;
use super::store::Store;

/// Columns before a command.
const INDENT: usize = 2;

/// Lines with the path of the data, a query, and commands that run pipelines against their real services.
pub(super) fn lines(screen: &Screen, store: &Store, programs: &[Program]) -> Vec<String> {
    let path = shown(store.path());
    let mut lines = vec![format!("\n{} is in {path}:", screen.bold("All of it"))];
    lines.extend(
        shortest(programs.iter().filter_map(query)).map(|sql| format!("  sqlite3 {path} \\\n    '{sql}'")),
    );
    lines.push(format!("\n{}, into data/platform.db:", screen.bold("From the real services")));
    let pipelines = programs.iter().filter(|program| !program.demo.is_device());
    let (live, keyed): (Vec<_>, Vec<_>) = pipelines.partition(|pipeline| pipeline.demo.live);
    let examples = [live, keyed].map(|kind| shortest(kind.into_iter().map(command)));
    lines.extend(examples.into_iter().flatten().map(|command| format!("  {command}")));
    lines
}

/// Of several examples the one that is read most easily.
fn shortest(texts: impl Iterator<Item = String>) -> Option<String> {
    texts.min_by_key(String::len)
}

/// The latest values of what a pipeline has drawn.
fn query(pipeline: &Program) -> Option<String> {
    let plot = pipeline.demo.plot.as_ref()?;
    let (record, _) = pipeline.description.field(&plot.field)?;
    let time = &record.time()?.name;
    let columns = [Some(time), plot.by.as_ref(), Some(&plot.field)];
    let columns: Vec<_> = columns.into_iter().flatten().map(String::as_str).collect();
    Some(format!("SELECT {} FROM {} ORDER BY {time} DESC LIMIT 4", columns.join(", "), record.name))
}

/// The command that runs a pipeline against its real service, its secrets left to the reader.
fn command(pipeline: &Program) -> String {
    let cargo = format!("cargo run --release -p {}", pipeline.name);
    if pipeline.demo.live {
        return cargo;
    }
    let setting = |(name, value): (&String, &String)| {
        let value = if pipeline.description.is_secret(name) { "…" } else { value };
        let is_one_word = value.chars().all(|c| c.is_alphanumeric() || "…,.-_:/".contains(c));
        if is_one_word { format!("{name}={value} ") } else { format!("{name}='{value}' ") }
    };
    let settings: String = pipeline.demo.environment.iter().map(setting).collect();
    let line = format!("{settings}{cargo}");
    if line.chars().count() + INDENT <= WIDTH { line } else { format!("{settings}\\\n    {cargo}") }
}

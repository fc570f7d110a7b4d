//! The console: text for a person who starts a program on a terminal, beside the log.
//!
//! It is there when standard error is a terminal and the log is text. Nothing of it goes anywhere else.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use settings::{Mistakes, Variable};

use crate::Program;
use crate::context::Context;
use crate::outbox::records;
use crate::progress::RecordName;
use crate::report::Report;
use crate::terminal::{Part, Style, column};
use crate::usage::EXIT_CODES;

/// Time without an end after which a run shows its progress, and the interval of further lines.
const PROGRESS: Duration = Duration::from_secs(2);
/// Widest name of a setting that has its text beside it.
const WIDEST: usize = 26;
/// Rows that the suggested commands show.
const ROWS: usize = 10;

/// Shows progress while a run takes long. It never ends.
pub(crate) async fn progress(context: &Context) {
    if context.console.is_none() {
        return std::future::pending().await;
    }
    loop {
        tokio::time::sleep(PROGRESS).await;
        let (stage, rows) = (context.progress.stage().name(), context.progress.rows());
        let router = &context.delivery.outbox.router;
        let backlog = |store: &sink_router::Store| {
            use sink::Sink as _;
            context.delivery.outbox.spooling.waiting(store.name()).records
        };
        let spooled: u64 = router.stores().map(backlog).sum();
        let seconds = context.elapsed().as_secs();
        let position = context.progress.position();
        tracing::info!(stage, seconds, records = rows, spooled, "working{position}");
    }
}

/// Shows the result of a run: its records, where they are, and how to look at them.
pub(crate) fn summary(context: &Context, report: &Report) {
    let Some(style) = context.console else { return };
    let mut text = headline(context, report, style);
    let counts = context.delivery.outbox.tally.stores();
    let names = context.progress.names();
    let rows: Vec<_> = counts
        .iter()
        .filter(|(_, count)| count.stored > 0)
        .map(|(store, count)| {
            let mut parts = vec![Part::plain(records(count.stored))];
            parts.extend(place(&context.stores, store).map(Part::plain));
            parts.extend(names.iter().filter_map(|name| command(context, store, name)).map(Part::faint));
            (store.clone(), parts)
        })
        .collect();
    text.push_str(&style.columns(&rows, column(rows.iter().map(|(name, _)| name.as_str()), WIDEST)));
    text.push_str(&leftovers(context, report, style));
    show(&text);
}

fn headline(context: &Context, report: &Report, style: Style) -> String {
    let program = &context.identity.program;
    let seconds = report.duration;
    match &report.error {
        None => {
            let done = style.success(&format!("{program} is done"));
            format!("\n{done} after {seconds:.1} s\n")
        }
        Some(_) => {
            let failed = style.error(&format!("{program} failed at {}", report.stage));
            let exit = format!("Exit code {}: {}.", report.exit, meaning(report.exit));
            format!("\n{failed} after {seconds:.1} s\n{}", style.paragraph(&exit))
        }
    }
}

/// The meaning of an exit code.
fn meaning(exit: i64) -> &'static str {
    let known = EXIT_CODES.iter().find(|known| i64::from(known.code) == exit);
    known.map_or("see --help", |known| known.description)
}

/// Text about records that are not in a store: spooled and refused ones.
fn leftovers(context: &Context, report: &Report, style: Style) -> String {
    let path = context.delivery.outbox.spooling.place();
    let mut text = String::new();
    let count = |number: i64| usize::try_from(number).unwrap_or_default();
    if report.rows_spooled > 0 {
        let waiting = records(count(report.rows_spooled));
        text.push_str(&style.paragraph(&format!("{waiting} in {path} until the next run delivers them")));
    }
    if report.rows_refused > 0 {
        let refused = records(count(report.rows_refused));
        let program = &context.identity.program;
        text.push_str(&style.paragraph(&format!(
            "{refused} refused: {program} --replay-dead-letters --dry-run lists them with the reasons"
        )));
    }
    text
}

/// The place of a store, without secrets.
fn place(stores: &sink_router::Config, store: &str) -> Option<String> {
    match store {
        "sqlite" => Some(stores.sqlite.path.display().to_string()),
        "influxdb" => stores.influxdb().map(|influxdb| format!("bucket {}", influxdb.bucket)),
        "postgres" => stores.postgres().map(postgres_client::Config::place),
        "mqtt" => stores.mqtt().map(|mqtt| mqtt.broker().address().to_string()),
        _ => None,
    }
}

/// A command that shows the latest rows of a record.
fn command(context: &Context, store: &str, name: &RecordName) -> Option<String> {
    let RecordName { name, is_measurement } = name;
    let order = if *is_measurement { " ORDER BY time DESC" } else { "" };
    match store {
        "sqlite" => {
            let path = context.stores.sqlite.path.display();
            Some(format!("sqlite3 -box {path} 'SELECT * FROM \"{name}\"{order} LIMIT {ROWS}'"))
        }
        "postgres" => {
            Some(format!("psql \"$POSTGRES_URL\" -c 'SELECT * FROM \"{name}\"{order} LIMIT {ROWS}'"))
        }
        "influxdb" => {
            let bucket = &context.stores.influxdb()?.bucket;
            Some(format!(
                "influx query 'from(bucket: \"{bucket}\") |> range(start: -1h) |> filter(fn: (r) => r._measurement == \
                 \"{name}\")'"
            ))
        }
        _ => None,
    }
}

/// The mistakes in settings as a list: each with its purpose, and where to read on.
pub(crate) fn mistakes(
    program: &Program,
    variables: &[Variable],
    mistakes: &Mistakes,
    style: Style,
) -> String {
    // Several mistakes of one variable stand together.
    let mut problems: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for mistake in mistakes.iter() {
        let (name, problem) = mistake.split_once(' ').unwrap_or((mistake, ""));
        problems.entry(name).or_default().push(problem);
    }
    let rows: Vec<_> = problems
        .into_iter()
        .map(|(name, problems)| {
            let variable = variables.iter().find(|variable| is_of(variable, name));
            let description = variable.map(|variable| variable.description);
            // A missing setting names its purpose already.
            let problem = |problem: &str| match description {
                Some(description) => problem.trim_end_matches(description).trim_end_matches(": ").to_owned(),
                None => problem.to_owned(),
            };
            let is_told = problems.iter().any(|problem| problem.starts_with("must be"));
            let mut parts: Vec<_> = problems.into_iter().map(|text| Part::plain(problem(text))).collect();
            parts.extend(description.map(Part::faint));
            // "Must be" told it.
            let takes = variable.filter(|_| !is_told).map(|it| format!("it takes {}", it.accepts()));
            parts.extend(takes.map(Part::faint));
            (name.to_owned(), parts)
        })
        .collect();
    let count = rows.len();
    let are = if count == 1 { "1 setting is" } else { &format!("{count} settings are") };
    let width = column(rows.iter().map(|(name, _)| name.as_str()), WIDEST);
    let Program { name, .. } = program;
    format!(
        "{}\n\n{}\n{}",
        style.error(&format!("{name} cannot start: {are} wrong or missing")),
        style.columns(&rows, width),
        style.paragraph(&format!(
            "{name} --help explains its settings, {name} --help all those of every program. A setting can also be \
             given as NAME_FILE, the path of a file with the value."
        ))
    )
}

/// Whether a mistake's name is one of the variable's.
fn is_of(variable: &Variable, name: &str) -> bool {
    let name = name.strip_suffix("_FILE").unwrap_or(name);
    variable.name == name || variable.also.contains(&name)
}

/// Writes to standard error.
pub(crate) fn show(text: &str) {
    // A closed standard error has no reader.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use settings::{Settings, Source};

    use super::*;

    #[derive(Settings)]
    #[expect(dead_code, reason = "only its mistakes are looked at")]
    struct Config {
        /// API key of an account.
        #[setting(name = "WEATHER_KEY")]
        key: String,
        /// Latitude in decimal degrees.
        #[setting(name = "LAT", range = -90..=90, unit = "°")]
        latitude: Option<f64>,
    }

    #[test]
    fn the_place_of_a_store_is_told_without_secrets() {
        let mut source = Source::of([
            ("POSTGRES_URL", "postgres://me:hunter22@db:5433/data"),
            ("MQTT_URL", "mqtts://me:hunter22@broker"),
        ]);
        let stores = sink_router::Config::read(&mut source).unwrap();
        assert_eq!(place(&stores, "postgres").as_deref(), Some("data on db:5433"));
        assert_eq!(place(&stores, "mqtt").as_deref(), Some("mqtts://broker:8883"));
        assert_eq!(place(&stores, "influxdb"), None);
    }

    #[test]
    fn mistakes_are_a_list_with_the_purpose_of_each_setting() {
        let mut source = Source::of([("LAT", "north")]);
        assert!(Config::read(&mut source).is_none());
        let mistakes = source.finish().unwrap_err();
        let program = Program::new("weather", "0.1.0", "Stores the weather.");
        let style = Style { width: 80, has_color: false };
        let text = super::mistakes(&program, &Config::variables(), &mistakes, style);
        let expected = "weather cannot start: 2 settings are wrong or missing

  LAT          must be a number from -90 to 90 °
               Latitude in decimal degrees.
  WEATHER_KEY  is required
               API key of an account.
               it takes text

weather --help explains its settings, weather --help all those of every program.
A setting can also be given as NAME_FILE, the path of a file with the value.
";
        assert_eq!(text, expected);
    }
}

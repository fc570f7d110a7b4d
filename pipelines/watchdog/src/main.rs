//! Reads the run reports of all programs, and alerts for each one without a successful run for two of its periods.

mod config;
mod finding;
mod transform;

use std::process::ExitCode;

use history::{Error, History};
use jiff::ToSpan as _;
use record::Timestamp;
use runner::{Failure, Run, program};

use config::Config;
use transform::{Health, Watched};

/// Number of runs read per program, enough for a day of failures.
const RUNS: usize = 50;

fn main() -> ExitCode {
    runner::job(program!().record::<Health>(), etl)
}

async fn etl(run: &Run<Config>) -> Result<(), Failure> {
    let history = History::new(run.stores(), run.http(), run.tls());
    let seen = run.extract(watched(&history, &run.config, run.started())).await?;
    for watched in &seen {
        run.observe(finding::of(watched, run.config.severity, run.started()));
    }
    let health: Vec<_> = seen.iter().map(|watched| watched.health(run.started())).collect();
    run.load(&health).await
}

/// Reads all programs to watch, by name.
async fn watched(history: &History, config: &Config, now: Timestamp) -> Result<Vec<Watched>, Error> {
    let since = now - (24 * config.days()).hours();
    let mut pipelines = history.pipelines(since, RUNS).await?;
    pipelines.retain(|pipeline| pipeline.name.split('@').next() != Some(env!("CARGO_PKG_NAME")));
    let mut watched = Vec::new();
    for pipeline in pipelines {
        let works = pipeline.runs.iter().any(history::RunReport::is_ok);
        let earlier = if works { None } else { history.last_success(&pipeline.name).await? };
        watched.push(Watched::new(pipeline, earlier, &config.rules, now));
    }
    watched.extend(transform::missing(&watched, &config.rules, now));
    Ok(watched)
}

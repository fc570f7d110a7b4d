//! `cargo xtask bench`: measures what the README and the decisions claim, side by side with something known.

#![expect(clippy::disallowed_methods, reason = "no check runs it")]

mod build;
mod images;
mod job;
mod measure;
mod mqtt;

use clap::ValueEnum as _;

use crate::workspace::cargo;

/// Measures what the README and the decisions claim, beside something known.
///
/// Machines are noisy: compare within a run, not between runs.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Benchmarks to run; without one, all.
    #[arg(value_name = "WHAT")]
    benchmarks: Vec<Benchmark>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Benchmark {
    /// Release builds with each kind of link-time optimization: time of the first program and of each more, size.
    Build,
    /// Records to line protocol: points per second and core.
    Encode,
    /// Images of all programs, for each architecture that can be built here: size, start, memory.
    Images,
    /// One pipeline beside `curl` GET + `curl` POST: size, memory, time.
    Job,
    /// The gateway beside subscribers that discard messages; latency, memory, and the cost of idle programs.
    Mqtt,
    /// An upsert of 100,000 rows, and the same again.
    Postgres,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let all = Benchmark::value_variants();
    let wanted = if arguments.benchmarks.is_empty() { all } else { &arguments.benchmarks };
    wanted.iter().try_for_each(|benchmark| match benchmark {
        Benchmark::Build => build::run(),
        Benchmark::Encode => bench("record"),
        Benchmark::Images => images::run(),
        Benchmark::Job => job::run(),
        Benchmark::Mqtt => mqtt::run(),
        Benchmark::Postgres => bench("sink-postgres"),
    })
}

/// Runs the benchmarks that a crate keeps beside its code.
fn bench(package: &str) -> Result<(), String> {
    println!("\n== cargo bench -p {package}");
    let status = cargo().args(["bench", "-p", package, "--benches"]).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the benchmark of {package} failed: {status}")),
        Err(error) => Err(format!("cargo does not start: {error}")),
    }
}

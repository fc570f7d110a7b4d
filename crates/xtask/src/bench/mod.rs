//! `cargo xtask bench`: measures what the README and the decisions claim, side by side with something known.

mod images;
mod job;
mod measure;
mod mqtt;

use crate::workspace::cargo;

const USAGE: &str = "\
cargo xtask bench [WHAT...]

  encode     records to line protocol: points per second and core
  job        one pipeline beside `curl` GET + `curl` POST: size, memory, time
  images     images of all programs, for each architecture that can be built here: size, start, memory
  mqtt       the gateway beside subscribers that throw messages away; latency, memory, and what idle programs take
  postgres   an upsert of 100,000 rows, and the same again

Without WHAT, all of them. Machines are noisy: compare within a run, not between runs.
";

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let all = ["encode", "images", "job", "mqtt", "postgres"].map(str::to_owned);
    let wanted = if arguments.is_empty() { &all[..] } else { arguments };
    for what in wanted {
        match what.as_str() {
            "encode" => bench("record")?,
            "images" => images::run()?,
            "job" => job::run()?,
            "mqtt" => mqtt::run()?,
            "postgres" => bench("sink-postgres")?,
            "--help" | "-h" => print!("{USAGE}"),
            other => return Err(format!("there is no benchmark `{other}`\n\n{USAGE}")),
        }
    }
    Ok(())
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

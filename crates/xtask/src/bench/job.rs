//! One pipeline as it ships, beside the same work done by `curl`: read a reply, post a line.

use std::path::Path;
use std::process::Command;

use http_sim::Server;
use http_sim::services::{InfluxDb, OpenWeatherSim, Paths};

use super::measure::{self, Usage};
use crate::image::megabytes;
use crate::workspace::{cargo, root};

const PROGRAM: &str = "openweather-current";
const RUNS: usize = 30;
const KEY: &str = "bench-key";
const LINE: &str =
    "weather,city=Seattle,OpenWeatherAPI=current_weather temp=8.9,humidity=90,wind=2.06 1795321697000000000";

pub(crate) fn run() -> Result<(), String> {
    println!("\n== {PROGRAM} as it ships, beside curl GET + curl POST");
    let built = cargo().args(["build", "--release", "-p", PROGRAM]).status();
    if !built.is_ok_and(|status| status.success()) {
        return Err(format!("{PROGRAM} does not build"));
    }
    let program = root().join("target/release").join(PROGRAM);
    let program = std::env::var_os("CARGO_TARGET_DIR")
        .map_or(program, |target| Path::new(&target).join("release").join(PROGRAM));
    let size = std::fs::metadata(&program).map_err(|error| format!("{}: {error}", program.display()))?.len();

    let services = Paths::new()
        .mount("/openweather", OpenWeatherSim::new(KEY))
        .mount("/influxdb", InfluxDb::new("bench", "bench", "bench-token"));
    let server = Server::start(services).map_err(|error| format!("no simulator: {error}"))?;
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let job = measure::command(&mut job(&program, server.url(), folder.path()))?;
        let curl = measure::together(
            measure::command(&mut get(server.url()))?,
            measure::command(&mut post(server.url()))?,
        );
        // The first round warms the caches of the machine.
        if run > 0 {
            ours.push(job);
            theirs.push(curl);
        }
    }
    println!("size: {:.2} MB stripped", megabytes(size));
    println!("{RUNS} runs of each, in turn; least, median, most");
    row("wall", "ms", &ours, &theirs, |usage| usage.wall.as_secs_f64() * 1e3);
    row("cpu", "ms", &ours, &theirs, |usage| usage.cpu.as_secs_f64() * 1e3);
    row("memory", "MB", &ours, &theirs, |usage| megabytes(usage.memory));
    Ok(())
}

fn row(what: &str, unit: &str, ours: &[Usage], theirs: &[Usage], of: impl Fn(&Usage) -> f64) {
    let spread = |usages: &[Usage]| measure::spread(usages.iter().map(&of).collect()).unwrap_or_default();
    let (ours, theirs) = (spread(ours), spread(theirs));
    let text = |[least, median, most]: [f64; 3]| format!("{least:7.1} {median:7.1} {most:7.1} {unit}");
    let ratio = ours[1] / theirs[1];
    println!("{what:<7} {}   curl {}   ratio {ratio:.2}", text(ours), text(theirs));
}

/// The program, with the variables of the program it replaces.
fn job(program: &Path, url: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().envs([
        ("OPENWEATHER_URL", format!("{url}/openweather").as_str()),
        ("OPENWEATHER_KEY", KEY),
        ("CITY", "Seattle"),
        ("INFLUX_URL", format!("{url}/influxdb").as_str()),
        ("INFLUX_KEY", "bench-token"),
        ("INFLUX_ORG", "bench"),
        ("BUCKET", "bench"),
    ]);
    command
}

fn get(url: &str) -> Command {
    let mut curl = Command::new("curl");
    curl.args(["-sf", &format!("{url}/openweather/data/2.5/weather?q=Seattle&units=metric&appid={KEY}")]);
    curl
}

fn post(url: &str) -> Command {
    let mut curl = Command::new("curl");
    let target = format!("{url}/influxdb/api/v2/write?org=bench&bucket=bench&precision=ns");
    curl.args(["-sf", "-H", "Authorization: Token bench-token", "--data-binary", LINE, &target]);
    curl
}

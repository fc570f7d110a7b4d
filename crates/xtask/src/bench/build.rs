//! Release builds as a shard of the image workflow makes them: the first program with all crates, and each one more.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::measure;
use crate::image::megabytes;
use crate::workspace::{self, cargo};

/// Programs of about the same size. The first build compiles the crates that all share.
const PROGRAMS: [&str; 4] =
    ["nws-hourly-forecast", "openweather-air-pollution", "openweather-current", "openweather-forecast"];
/// Kinds of link-time optimization, as `CARGO_PROFILE_RELEASE_LTO` takes them.
const LTO: [&str; 2] = ["fat", "thin"];
/// The workflow of a change of a shared crate, with sixty programs: shards of an architecture, and programs in each.
const SHARDS: u32 = 4;
const SHARD_SIZE: u32 = 15;
const ARCHITECTURES: u32 = 2;

pub(crate) fn run() -> Result<(), String> {
    println!(
        "\n== build: processor time in the profile release, each kind of LTO from an empty target folder"
    );
    println!("| LTO | first program, s | each more, s | size, MB | sixty programs, two architectures, min |");
    println!("|---|---|---|---|---|");
    for lto in LTO {
        let folder = TempDir::with_prefix_in("bench-build-", workspace::target()?);
        let folder = folder.map_err(|error| format!("no folder for the build: {error}"))?;
        let [first, others @ ..] = &PROGRAMS;
        let shared = build(lto, folder.path(), &[first])?;
        let each = build(lto, folder.path(), others)? / u32::try_from(others.len()).unwrap_or(1);
        let work = (shared + each * (SHARD_SIZE - 1)) * SHARDS * ARCHITECTURES;
        let (shared, each, work) = (shared.as_secs_f64(), each.as_secs_f64(), work.as_secs_f64() / 60.0);
        let size = size(folder.path(), first)?;
        println!("| {lto} | {shared:.0} | {each:.1} | {size:.2} | {work:.0} |");
    }
    Ok(())
}

/// Builds programs, and returns the processor time of cargo and its compilers.
fn build(lto: &str, target: &Path, programs: &[&str]) -> Result<Duration, String> {
    let mut cargo = cargo();
    cargo.args(["build", "--release"]).args(programs.iter().flat_map(|program| ["--package", program]));
    cargo.env("CARGO_TARGET_DIR", target).env("CARGO_PROFILE_RELEASE_LTO", lto);
    Ok(measure::command(&mut cargo)?.cpu)
}

fn size(target: &Path, program: &str) -> Result<f64, String> {
    let path = target.join("release").join(program);
    let file = path.metadata().map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(megabytes(file.len()))
}

//! The project's own commands: `cargo xtask demo|test|new|generate|image|affected|ci|bench|screenshots`.

mod affected;
mod bench;
mod ci;
mod demo;
mod generate;
mod image;
mod new;
mod screenshots;
mod test;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  demo [--live]    run every pipeline against simulated services, into an embedded store, and show what arrived
  test             everything that is checked before a change is accepted
  new NAME         make a pipeline that compiles, runs and passes its tests
  generate         write what orchestrators need to know of each program; --check tells what differs
  image NAME…      make images of programs, for both architectures
  affected --since REV
                   which images a change rebuilds, and why
  ci STEP          what the steps of the GitHub workflows do
  bench [WHAT]     measure: all, encode, run, size, postgres
  screenshots      take the pictures that the documentation shows

Each takes --help.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = arguments.split_first().map_or(("--help", &[][..]), |(first, rest)| (first, rest));
    let result = match command {
        "demo" => demo::run(rest),
        "test" => test::run(rest),
        "new" => new::run(rest),
        "generate" => generate::run(rest),
        "image" => image::run(rest),
        "affected" => affected::run(rest),
        "ci" => ci::run(rest),
        "bench" => bench::run(rest),
        "screenshots" => screenshots::run(rest),
        "--help" | "-h" | "help" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`\n\n{USAGE}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

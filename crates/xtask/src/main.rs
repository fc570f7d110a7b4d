//! The project's own commands: `cargo xtask COMMAND`.

mod affected;
mod bench;
mod ci;
mod demo;
mod features;
mod generate;
mod image;
mod new;
mod package;
mod release_tag;
mod screenshots;
mod size;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// The project's own commands.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
enum Call {
    Demo(demo::Arguments),
    Test(test::Arguments),
    Prove(test::prove::Arguments),
    New(new::Arguments),
    Generate(generate::Arguments),
    Image(image::Arguments),
    Package(package::Arguments),
    Affected(affected::Arguments),
    #[command(subcommand)]
    Ci(ci::Step),
    Bench(bench::Arguments),
    Size(size::Arguments),
    Screenshots(screenshots::Arguments),
}

fn main() -> ExitCode {
    match Call::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

impl Call {
    fn run(self) -> Result<(), String> {
        match self {
            Self::Demo(arguments) => demo::run(&arguments),
            Self::Test(arguments) => test::run(&arguments),
            Self::Prove(arguments) => test::prove::run(&arguments),
            Self::New(arguments) => new::run(&arguments),
            Self::Generate(arguments) => generate::run(&arguments),
            Self::Image(arguments) => image::run(arguments),
            Self::Package(arguments) => package::run(&arguments),
            Self::Affected(arguments) => affected::run(&arguments),
            Self::Ci(step) => ci::run(step),
            Self::Bench(arguments) => bench::run(&arguments),
            Self::Size(arguments) => size::run(&arguments),
            Self::Screenshots(_) => screenshots::run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_of_every_command_are_consistent() {
        Call::command().debug_assert();
    }
}

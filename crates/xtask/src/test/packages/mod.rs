//! Debian packages, installed, upgraded, removed and purged beside each other in a machine with systemd.

mod machine;

use std::path::{Path, PathBuf};

use http_sim::Server;
use http_sim::services::OpenWeatherSim;
use testkit::Requirement;

use super::images::{PROFILE, SAMPLES, xtask};
use super::install;
use super::prebuilt;
use super::progress::Progress;
use super::step::Outcome;
use super::steps::watch;
use crate::workspace;
use machine::Machine;

const NEEDED: [Requirement; 3] = [Requirement::Mmdebstrap, Requirement::Nsenter, Requirement::SystemdNspawn];

/// The versions of the package that is upgraded.
const VERSIONS: [&str; 2] = ["0.0.1", "0.0.2"];
/// The key that the simulated service takes.
const KEY: &str = "key-of-the-machine";

/// Prints every file of settings, secrets and data with its mode and content.
const KEPT: &str = "find /etc/data-platform /var/lib/data-platform /var/lib/private -type f -printf '%m %p\\n' \
                    -exec sha256sum {} + | sort";

/// Makes two versions of a package, and one of a neighbor, and takes them through their life.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    if let Err(reason) = install::ensure(&NEEDED, progress) {
        return Outcome::Skipped(vec![format!("packages, since {reason}")]);
    }
    let [program, _, neighbor] = SAMPLES;
    match packages(program, neighbor, progress)
        .and_then(|packages| live(program, neighbor, &packages, progress))
    {
        Ok(()) => Outcome::Passed,
        Err(reason) => Outcome::Failed(format!("{reason}\n")),
    }
}

/// The packages of both versions of the program, and the one of its neighbor.
fn packages(program: &str, neighbor: &str, progress: &mut Progress) -> Result<[PathBuf; 3], String> {
    let [first, second] = VERSIONS;
    Ok([make(program, first, progress)?, make(program, second, progress)?, make(neighbor, second, progress)?])
}

/// Makes a package and gives its path.
fn make(program: &str, version: &str, progress: &mut Progress) -> Result<PathBuf, String> {
    let folder = workspace::target()?.join("packages-of-the-test");
    let mut command = xtask()?;
    command.args(["package", program, "--version", version, "--profile", PROFILE, "--out"]).arg(&folder);
    command.envs(prebuilt::variable());
    match watch(progress, command) {
        Outcome::Passed => {}
        Outcome::Failed(output) => return Err(output),
        Outcome::Skipped(reasons) => return Err(reasons.join("\n")),
    }
    let output = commands::Essential::Dpkg
        .command()
        .arg("--print-architecture")
        .output()
        .map_err(|error| error.to_string())?;
    let architecture = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(folder.join(format!("{program}_{version}_{architecture}.deb")))
}

/// From the first installation to the last purge.
fn live(
    program: &str,
    neighbor: &str,
    [first, second, beside]: &[PathBuf; 3],
    progress: &mut Progress,
) -> Result<(), String> {
    progress.say("starting a machine with systemd");
    let source = Server::start(OpenWeatherSim::new(KEY)).map_err(|error| format!("no simulator: {error}"))?;
    let machine = Machine::start(progress)?;
    installs_and_lists_missing_settings(&machine, program, first)?;
    starts_once_it_has_its_settings(&machine, program, source.url())?;
    runs_and_stores(&machine, program)?;
    keeps_settings_and_data_over_an_upgrade(&machine, program, second)?;
    starts_at_once_beside_the_other(&machine, neighbor, beside)?;
    leaves_settings_and_data_when_removed(&machine, program)?;
    leaves_its_neighbor_alone_when_purged(&machine, program, neighbor)?;
    leaves_nothing_when_the_last_is_purged(&machine, program, neighbor)
}

fn apt(machine: &Machine, package: &Path) -> Result<String, String> {
    let name = machine.take(package)?;
    machine.succeeds(&format!("apt-get install --yes --quiet {name}"))
}

fn installs_and_lists_missing_settings(
    machine: &Machine,
    program: &str,
    package: &Path,
) -> Result<(), String> {
    let output = apt(machine, package)?;
    contains(&output, "OPENWEATHER_KEY")?;
    contains(&output, &format!("sudo data-platform start {program}"))?;
    machine.fails(&format!("systemctl is-enabled --quiet {program}.timer"))?;
    machine.succeeds(&format!("test -s /usr/share/man/man1/{program}.1.gz")).map(drop)
}

fn starts_once_it_has_its_settings(machine: &Machine, program: &str, source: &str) -> Result<(), String> {
    machine.succeeds(&format!("echo {KEY} > /etc/data-platform/secrets/openweather.key"))?;
    machine.succeeds(&format!(
        "printf 'CITY=Seattle\\nOPENWEATHER_URL={source}\\n' >> /etc/data-platform/{program}.env"
    ))?;
    let checked = machine.succeeds(&format!("data-platform check {program}"))?;
    contains(&checked, "configuration")?;
    contains(&checked, "store")?;
    machine.succeeds(&format!("data-platform start {program}"))?;
    machine.succeeds(&format!("systemctl is-active --quiet {program}.timer"))?;
    let status = machine.succeeds("data-platform status")?;
    contains(&status, program)
}

fn runs_and_stores(machine: &Machine, program: &str) -> Result<(), String> {
    machine.succeeds(&format!("systemctl start {program}.service"))?;
    let journal = machine.succeeds(&format!("journalctl --unit {program} --output cat --no-pager"))?;
    contains(&journal, "\"rows_out\":1")?;
    if journal.contains(KEY) {
        return Err(format!("the journal holds the key:\n{journal}"));
    }
    machine.succeeds("test -s /var/lib/data-platform/platform.db").map(drop)
}

fn keeps_settings_and_data_over_an_upgrade(
    machine: &Machine,
    program: &str,
    package: &Path,
) -> Result<(), String> {
    machine.succeeds(&format!("echo of-the-program > {}", state(program)))?;
    let before = machine.succeeds(KEPT)?;
    for file in
        [&state(program), "/etc/data-platform/secrets/openweather.key", "/var/lib/data-platform/platform.db"]
    {
        contains(&before, file)?;
    }
    apt(machine, package)?;
    let after = machine.succeeds(KEPT)?;
    if before != after {
        return Err(format!("an upgrade changed settings or data:\n{before}{after}"));
    }
    contains(&machine.succeeds(&format!("dpkg --status {program}"))?, "Version: 0.0.2")?;
    machine.succeeds(&format!("systemctl is-active --quiet {program}.timer"))?;
    machine.succeeds(&format!("systemctl start {program}.service")).map(drop)
}

/// A file in the folder of a program's state.
fn state(program: &str) -> String {
    format!("/var/lib/private/{program}/state")
}

fn starts_at_once_beside_the_other(machine: &Machine, program: &str, package: &Path) -> Result<(), String> {
    // It waits for a broker that is away.
    machine.succeeds("echo mqtt://127.0.0.1:1 > /etc/data-platform/secrets/mqtt.url")?;
    contains(&apt(machine, package)?, &format!("{program} is started"))?;
    machine.succeeds(&format!("systemctl is-active --quiet {program}.service"))?;
    machine.succeeds(&format!("echo of-the-neighbor > {}", state(program))).map(drop)
}

fn leaves_settings_and_data_when_removed(machine: &Machine, program: &str) -> Result<(), String> {
    machine.succeeds(&format!("apt-get remove --yes --quiet {program}"))?;
    machine.fails(&format!("systemctl is-active --quiet {program}.timer"))?;
    machine
        .succeeds(&format!(
            "test ! -e /usr/bin/{program} && test -s /etc/data-platform/{program}.env && test -s {} \
         && test -s /etc/data-platform/secrets/openweather.key && test -s /var/lib/data-platform/platform.db",
            state(program)
        ))
        .map(drop)
}

fn leaves_its_neighbor_alone_when_purged(
    machine: &Machine,
    program: &str,
    neighbor: &str,
) -> Result<(), String> {
    machine.succeeds(&format!("apt-get purge --yes --quiet {program}"))?;
    gone(machine, program)?;
    machine.fails(&format!("test -e /etc/data-platform/{program}.env"))?;
    machine.succeeds(&format!(
        "systemctl is-active --quiet {neighbor}.service && test -x /usr/bin/data-platform && test -s {} \
         && test -e /etc/data-platform/{neighbor}.env && test -e /etc/data-platform/data-platform.env \
         && test -s /etc/data-platform/secrets/mqtt.url && test -s /var/lib/data-platform/platform.db",
        state(neighbor)
    ))?;
    contains(&machine.succeeds("data-platform status")?, neighbor)
}

fn leaves_nothing_when_the_last_is_purged(
    machine: &Machine,
    program: &str,
    neighbor: &str,
) -> Result<(), String> {
    machine.succeeds(&format!("apt-get purge --yes --quiet {neighbor}"))?;
    gone(machine, program)?;
    gone(machine, neighbor)?;
    machine.succeeds(
        "test ! -e /etc/data-platform && test ! -e /var/lib/data-platform && test ! -e /usr/bin/data-platform \
         && test -z \"$(systemctl --failed --legend=false)\"",
    )
    .map(drop)
}

/// Nothing of a program is left but what all share.
fn gone(machine: &Machine, program: &str) -> Result<(), String> {
    machine.succeeds(&format!(
        "test ! -e /usr/bin/{program} && test ! -e /var/lib/private/{program} && test ! -e /var/lib/{program} \
         && test ! -e /etc/systemd/system/{program}.service.d"
    ))
    .map(drop)
}

fn contains(text: &str, part: &str) -> Result<(), String> {
    if text.contains(part) { Ok(()) } else { Err(format!("`{part}` is not in:\n{text}")) }
}

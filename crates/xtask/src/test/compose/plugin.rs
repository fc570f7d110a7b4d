//! Docker's Compose: the machine's own, or Debian's, unpacked into a folder of the project's.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::test::progress::Progress;
use crate::workspace::cache;

/// The release whose package is taken. It runs on the one before it as well, whose own Compose is of the first
/// generation and reads files differently.
const RELEASE: &str = "trixie";
const PACKAGE: &str = "docker-compose";
/// Where the package has the program.
const PROGRAM: &str = "usr/libexec/docker/cli-plugins/docker-compose";
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// A program that takes what `docker compose` takes.
///
/// # Errors
/// Why there is none, in a line.
pub(super) fn program(progress: &mut Progress) -> Result<PathBuf, String> {
    // A plugin is a program of its own too.
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let places = [
        home.join(".docker"),
        "/usr/local/lib/docker".into(),
        "/usr/lib/docker".into(),
        "/usr/libexec/docker".into(),
    ];
    let mut installed = places.iter().map(|place| place.join("cli-plugins/docker-compose"));
    if let Some(program) = installed.find(|program| answers(program)) {
        return Ok(program);
    }
    let folder = cache()?.join(format!("{PACKAGE}-{RELEASE}"));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // Two calls at once wait for each other, and the second one finds what the first has made.
    let lock = File::create(folder.join("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    let program = folder.join("root").join(PROGRAM);
    if !answers(&program) {
        progress.say("installing Docker's Compose, once");
        unpack(&folder, progress)?;
    }
    Ok(program)
}

/// Whether it is there and of a generation that reads today's files.
fn answers(program: &Path) -> bool {
    let asked = Command::new(program).args(["version", "--short"]).output();
    asked.is_ok_and(|output| output.status.success() && is_suitable(&String::from_utf8_lossy(&output.stdout)))
}

/// Profiles by `*` came with 2.24.
fn is_suitable(version: &str) -> bool {
    let mut numbers =
        version.trim().trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(2), Some(24))
}

/// Takes the package from the archive that this machine uses, without a change to what is installed here.
fn unpack(folder: &Path, progress: &mut Progress) -> Result<(), String> {
    let mirror = mirror().ok_or("no archive of Debian is known here")?;
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for part in ["lists/partial", "cache/archives/partial", "packages"] {
        fs::create_dir_all(folder.join(part)).map_err(failed)?;
    }
    fs::write(folder.join("sources.list"), format!("deb [signed-by={KEYS}] {mirror} {RELEASE} main\n"))
        .map_err(failed)?;
    fs::write(folder.join("apt.conf"), configuration(folder)).map_err(failed)?;
    for arguments in [&["update"][..], &["download", PACKAGE]] {
        let mut apt = Command::new("apt-get");
        apt.arg("--quiet")
            .args(arguments)
            .env("APT_CONFIG", folder.join("apt.conf"))
            .current_dir(folder.join("packages"));
        watch(apt, progress)?;
    }
    for package in fs::read_dir(folder.join("packages")).map_err(failed)?.flatten() {
        let mut dpkg = Command::new("dpkg-deb");
        dpkg.arg("--extract").arg(package.path()).arg(folder.join("root"));
        watch(dpkg, progress)?;
    }
    // The lists are larger than the program.
    fs::remove_dir_all(folder.join("lists")).map_err(failed)?;
    fs::remove_dir_all(folder.join("packages")).map_err(failed)
}

fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "Dir::State::Lists \"{folder}/lists\";\nDir::Cache \"{folder}/cache\";\nDir::Etc::SourceList \"{folder}/sources.list\";\n\
         Dir::Etc::SourceParts \"/dev/null\";\nDir::State::status \"/dev/null\";\n"
    )
}

/// The address of the archive, from wherever this machine has it.
fn mirror() -> Option<String> {
    let text = fs::read_to_string("/etc/apt/sources.list.d/debian.sources")
        .or_else(|_| fs::read_to_string("/etc/apt/sources.list"))
        .ok()?;
    address(&text)
}

/// The first address in a list of sources, of the newer form or of the older one.
fn address(sources: &str) -> Option<String> {
    let lines = sources.lines().filter(|line| line.starts_with("URIs:") || line.starts_with("deb "));
    lines.flat_map(str::split_whitespace).find(|word| word.contains("://")).map(str::to_owned)
}

fn watch(command: Command, progress: &mut Progress) -> Result<(), String> {
    match progress.watch(command) {
        Ok(ended) if ended.is_ok => Ok(()),
        Ok(ended) => Err(ended.last_line().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_generation_is_not_suitable() {
        assert!(is_suitable("2.26.1-4\n") && is_suitable("v2.40.0") && is_suitable("5.0.1"));
        assert!(!is_suitable("1.29.2") && !is_suitable("2.20.3") && !is_suitable(""));
    }

    #[test]
    fn an_archive_is_found_in_both_forms() {
        let newer = "Types: deb\n# URIs: http://old.example\nURIs: http://mirror.example/debian\n";
        assert_eq!(address(newer).as_deref(), Some("http://mirror.example/debian"));
        let older = "deb [signed-by=/k] https://mirror.example/debian bookworm main\n";
        assert_eq!(address(older).as_deref(), Some("https://mirror.example/debian"));
        assert_eq!(address("# nothing\n"), None);
    }
}

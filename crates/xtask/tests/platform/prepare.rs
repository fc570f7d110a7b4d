//! `docker/prepare.sh`: settings and secrets of a machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A copy of the folder, set up; and the output.
pub(super) fn prepared() -> (TempDir, PathBuf, String) {
    let copy = tempfile::tempdir().unwrap();
    let folder = copy.path().join("docker");
    assert!(
        commands::Essential::Cp
            .command()
            .arg("-R")
            .arg(super::path("docker"))
            .arg(&folder)
            .status()
            .unwrap()
            .success()
    );
    // Of a machine that is set up, its own are left out.
    let _ = (fs::remove_dir_all(folder.join("secrets")), fs::remove_file(folder.join(".env")));
    let output = run(&folder);
    (copy, folder, output)
}

fn run(folder: &Path) -> String {
    let output = commands::shell().arg(folder.join("prepare.sh")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn secret(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join("secrets").join(name)).unwrap()
}

#[test]
fn every_secret_is_there_and_closed_to_other_users() {
    let (_copy, folder, output) = prepared();
    let text = fs::read_to_string(folder.join("compose.yaml")).unwrap()
        + &fs::read_to_string(folder.join("compose.pipelines.yaml")).unwrap();
    let named: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_once("file: ./secrets/")?.1.split([' ', ',', '}']).next())
        .collect();
    assert!(named.len() > 10, "{named:?}");
    for name in named {
        assert_eq!(
            secret(&folder, name).is_empty(),
            output.contains(&format!("empty: secrets/{name}\n")),
            "{name}"
        );
    }
    let mode = |path: &str| fs::metadata(folder.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("secrets"), 0o700);
    assert_eq!(mode("secrets/influxdb.token"), 0o644);
}

#[test]
fn the_programs_are_given_the_passwords_of_the_stores() {
    let (_copy, folder, _) = prepared();
    let password = secret(&folder, "postgres.platform-password");
    assert_eq!(password.len(), 48);
    assert_eq!(
        secret(&folder, "postgres.url"),
        format!("postgres://platform:{password}@postgres:5432/platform?sslmode=disable")
    );
    let passwords = secret(&folder, "mqtt.passwords");
    let platform = passwords.lines().find_map(|line| line.strip_prefix("platform:")).unwrap();
    assert_eq!(secret(&folder, "mqtt.url"), format!("mqtt://platform:{platform}@mosquitto:1883"));
}

#[test]
fn a_second_call_changes_nothing_that_is_there() {
    let (_copy, folder, _) = prepared();
    fs::write(folder.join("secrets/openweather.key"), "abc").unwrap();
    fs::write(folder.join(".env"), "PLATFORM_LOG_LEVEL=debug\n").unwrap();
    let before = (secret(&folder, "influxdb.token"), secret(&folder, "mqtt.passwords"));
    let output = run(&folder);
    assert!(!output.contains("openweather.key"), "{output}");
    assert_eq!(secret(&folder, "openweather.key"), "abc");
    assert_eq!((secret(&folder, "influxdb.token"), secret(&folder, "mqtt.passwords")), before);
    assert_eq!(fs::read_to_string(folder.join(".env")).unwrap(), "PLATFORM_LOG_LEVEL=debug\n");
}

//! `systemd/install.sh`: units, settings and credentials of programs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

fn install(root: &Path, names: &[&str]) -> Option<i32> {
    let mut command = Command::new(super::path("systemd/install.sh"));
    command.args(names).env("DESTDIR", root).output().unwrap().status.code()
}

#[test]
fn a_program_gets_the_secrets_that_are_there() {
    let root = tempfile::tempdir().unwrap();
    let read = |path: &str| fs::read_to_string(root.path().join(path)).unwrap();
    let drop_in = "etc/systemd/system/openweather-current.service.d/secrets.conf";
    assert_eq!(install(root.path(), &["openweather-current", "status-page"]), Some(0));
    assert_eq!(read(drop_in), "[Service]\n");

    fs::write(root.path().join("etc/data-platform/secrets/influxdb.token"), "abc").unwrap();
    fs::write(root.path().join("etc/data-platform/secrets/slack.token"), "").unwrap();
    assert_eq!(install(root.path(), &["openweather-current"]), Some(0));
    let expected = "[Service]\nLoadCredential=influxdb.token:/etc/data-platform/secrets/influxdb.token\n\
        Environment=\"INFLUXDB_TOKEN_FILE=%d/influxdb.token\"\n";
    assert_eq!(read(drop_in), expected);
}

#[test]
fn settings_are_kept_and_closed_to_other_users() {
    let root = tempfile::tempdir().unwrap();
    let settings = root.path().join("etc/data-platform");
    assert_eq!(install(root.path(), &["openweather-current"]), Some(0));
    let own = settings.join("openweather-current.env");
    assert!(settings.join("data-platform.env").exists());
    fs::write(&own, "CITY=Seattle\n").unwrap();
    assert_eq!(install(root.path(), &["openweather-current"]), Some(0));
    assert_eq!(fs::read_to_string(&own).unwrap(), "CITY=Seattle\n");
    assert_eq!(fs::metadata(&own).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(settings.join("secrets")).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_name_that_is_no_program_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(install(root.path(), &["openweather-current", "openweather-past"]), Some(66));
    assert_eq!(install(root.path(), &[]), Some(64));
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

//! `data-platform start`: programs wait for the right time where systemd-timesyncd sets the clock.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// Stands in for systemd: notes each call, and has one unit without a timer.
const SYSTEMCTL: &str = r#"#!/bin/sh
echo "$*" >>"$FOLDER/calls"
case $* in
"is-active --quiet systemd-timesyncd.service") exit "$TIMESYNCD" ;;
"cat tides.service") printf '[Service]\nExecStart=/usr/bin/tides\n' ;;
cat*) exit 1 ;;
esac
"#;

/// The calls of systemd to enable something, after a start of `tides`.
fn enabled(timesyncd: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let systemctl = folder.path().join("systemctl");
    fs::write(&systemctl, SYSTEMCTL).unwrap();
    fs::set_permissions(&systemctl, fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir_all(folder.path().join("run/systemd/system")).unwrap();
    let mut command = commands::shell();
    command.arg(super::path("systemd/data-platform"));
    command.args(["start", "tides"]).env("FOLDER", folder.path()).env("TIMESYNCD", timesyncd);
    command.env("PATH", std::env::join_paths([folder.path(), commands::folder()]).unwrap());
    command.env("DATA_PLATFORM_RUN", folder.path().join("run"));
    command.env("DATA_PLATFORM_DROPINS", folder.path().join("units"));
    command.env("DATA_PLATFORM_SETTINGS", folder.path().join("settings"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
    calls.lines().filter(|call| call.starts_with("enable")).map(str::to_owned).collect()
}

#[test]
fn programs_wait_for_the_clock_where_timesyncd_sets_it() {
    let expected = ["enable --quiet systemd-time-wait-sync.service", "enable --now tides.service"];
    assert_eq!(enabled("0"), expected);
}

#[test]
fn another_time_service_is_left_alone() {
    assert_eq!(enabled("3"), ["enable --now tides.service"]);
}

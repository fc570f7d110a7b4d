//! `systemd/install.sh`: the script of an archive, which puts a program, its unit and its settings in place.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;

/// An archive of the program `tides`, unpacked.
fn archive() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
    fs::create_dir(folder.path().join("settings")).unwrap();
    write("tides", "a program");
    write("tides.service", "[Service]\nExecStart=/usr/bin/tides\n");
    write("tides.timer", "[Timer]\nOnCalendar=*:7\n");
    write("settings/tides.env", "#STATION=\n");
    write("settings/data-platform.env", "#INFLUXDB_URL=\n");
    for file in ["install.sh", "data-platform", "data-platform.sysusers", "data-platform.tmpfiles"] {
        fs::copy(super::path("systemd").join(file), folder.path().join(file)).unwrap();
    }
    folder
}

fn install(archive: &Path, root: &Path) -> Option<i32> {
    let mut command = commands::shell();
    command.arg(archive.join("install.sh"));
    command.env("DESTDIR", root).output().unwrap().status.code()
}

#[test]
fn an_archive_installs_program_unit_timer_and_settings() {
    let (archive, root) = (archive(), tempfile::tempdir().unwrap());
    assert_eq!(install(archive.path(), root.path()), Some(0));
    let read = |path: &str| fs::read_to_string(root.path().join(path)).unwrap();
    assert_eq!(read("usr/local/bin/tides"), "a program");
    assert_eq!(read("etc/systemd/system/tides.service"), "[Service]\nExecStart=/usr/local/bin/tides\n");
    assert!(root.path().join("etc/systemd/system/tides.timer").exists());
    assert!(root.path().join("usr/local/bin/data-platform").exists());
    assert_eq!(read("etc/data-platform/data-platform.env"), "#INFLUXDB_URL=\n");
}

#[test]
fn settings_are_kept_and_unreadable_for_other_users() {
    let (archive, root) = (archive(), tempfile::tempdir().unwrap());
    let settings = root.path().join("etc/data-platform");
    assert_eq!(install(archive.path(), root.path()), Some(0));
    let own = settings.join("tides.env");
    fs::write(&own, "STATION=Dover\n").unwrap();
    assert_eq!(install(archive.path(), root.path()), Some(0));
    assert_eq!(fs::read_to_string(&own).unwrap(), "STATION=Dover\n");
    assert_eq!(fs::metadata(&own).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(settings.join("secrets")).unwrap().permissions().mode() & 0o777, 0o700);
}

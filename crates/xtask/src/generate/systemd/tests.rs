//! Tests of the units of systemd for each kind of program, verified by systemd.

use std::fs;

use testkit::Requirement;

use super::files;
use crate::generate::sample;

/// The file of that name for the sample.
fn file(name: &str) -> String {
    let files = files(&sample::model()).unwrap();
    files.into_iter().find(|file| file.path == format!("systemd/{name}")).unwrap().text
}

fn assert_has(text: &str, part: &str) {
    assert!(text.contains(part), "no `{part}` in:\n{text}");
}

#[test]
fn a_job_ends_by_itself_and_is_repeated_where_that_helps() {
    let tides = file("tides.service");
    assert_has(&tides, "Type=oneshot\nExecStart=/usr/local/bin/tides\n");
    assert_has(&file("program.conf"), "RestartPreventExitStatus=65 78\n");
    assert_has(&tides, "StartLimitIntervalSec=3240\nStartLimitBurst=3\n");
    assert_has(&tides, "TimeoutStartSec=150\n");
    assert!(!tides.contains("[Install]"), "its timer starts it");
    assert_has(&file("tides.timer"), "# 7 * * * *\nOnCalendar=*-*-* *:7:00 Europe/Berlin\n");
}

#[test]
fn a_secret_is_a_credential_and_is_never_written_down() {
    let tides = file("tides.service");
    assert_has(
        &tides,
        "LoadCredential=tides.key:/etc/data-platform/secrets/tides.key\nEnvironment=\"TIDES_KEY_FILE=%d/tides.key\"\n",
    );
    // systemd would not start a program whose credential is not there.
    assert!(!tides.contains("LoadCredential=store.token"), "{tides}");
    assert_has(&tides, "\n[X-OptionalSecrets]\nHEARTBEAT_URL=heartbeats.tides\n");
    assert_has(&file("program.conf"), "\n[X-OptionalSecrets]\nSTORE_TOKEN=store.token\n");
    assert_has(&file("page.service"), "\n# All optional secrets of the program are listed here.\n");
}

#[test]
fn values_are_written_into_files_of_settings() {
    assert_has(&file("tides.service"), "Environment=\"MEASUREMENT=tides\"\n");
    assert_has(&file("settings/lego.env"), "# It.\n#STORE_URL=\n");
    assert_has(&file("settings/tides.env"), "# It.\n#STATION=\n");
    assert!(!file("settings/tides.env").contains("STORE_URL"));
    assert!(!files(&sample::model()).unwrap().iter().any(|file| file.path.ends_with("/page.env")));
}

#[test]
fn a_device_may_open_its_node_and_no_other() {
    let dust = file("dust.service");
    assert_has(&dust, "DevicePolicy=closed\nDeviceAllow=/dev/ttyUSB0 rw\nSupplementaryGroups=dialout\n");
    assert!(!dust.contains("PrivateDevices") && !dust.contains("ProcSubset"), "{dust}");
    assert_has(&dust, "ConditionArchitecture=arm64\n");
    assert_has(&dust, "StartLimitIntervalSec=0\n");
    assert_has(&dust, "Type=exec\n");
    assert_has(&dust, "[Install]\nWantedBy=multi-user.target\n");
    assert_has(&file("tides.service"), "PrivateDevices=yes\n");
}

#[test]
fn a_device_on_a_schedule_takes_one_reading() {
    let moist = file("moist.service");
    assert_has(&moist, "ExecStart=/usr/local/bin/moist --once\n");
    assert_has(&moist, "DeviceAllow=/dev/i2c-1 rw\nSupplementaryGroups=i2c\n");
    assert_has(&file("moist.timer"), "OnCalendar=*-*-* *:0/15:00 UTC\n");
}

#[test]
fn programs_on_one_machine_listen_on_ports_of_their_own() {
    let mut model = sample::model();
    let mut other = model.program("dust").unwrap().clone();
    other.name = "dust-outside".to_owned();
    model.programs.push(other);
    let files = files(&model).unwrap();
    let text = |name: &str| {
        files.iter().find(|file| file.path == format!("systemd/{name}.service")).unwrap().text.clone()
    };
    assert_has(&text("dust"), "\"METRICS_ADDR=127.0.0.1:9464\"");
    assert_has(&text("dust-outside"), "\"METRICS_ADDR=127.0.0.1:9465\"");
    assert_has(&text("page"), "\"LISTEN=127.0.0.1:8080\"");
}

#[test]
fn systemd_finds_no_fault_in_any_of_them() {
    let Some(_) = testkit::require(Requirement::SystemdAnalyze.find()) else { return };
    let root = tempfile::tempdir().unwrap();
    for folder in ["systemd/settings", "docker"] {
        fs::create_dir_all(root.path().join(folder)).unwrap();
    }
    for file in files(&sample::model()).unwrap() {
        fs::write(root.path().join(&file.path), &file.text).unwrap();
    }
    fs::copy(crate::workspace::root().join("docker/job.service"), root.path().join("docker/job.service"))
        .unwrap();
    assert_eq!(crate::test::systemd::faults(root.path()).unwrap(), [""; 0]);
}

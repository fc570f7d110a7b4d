//! Units of each kind of program, and that systemd finds no fault in them.

use testkit::Requirement;

use super::{Unit, of_model};
use crate::generate::sample;

fn unit(name: &str) -> Unit {
    of_model(&sample::model()).unwrap().into_iter().find(|unit| unit.name == name).unwrap()
}

fn service(name: &str) -> String {
    unit(name).service
}

fn timer(name: &str) -> String {
    unit(name).timer.unwrap()
}

fn settings(name: &str, file: &str) -> Option<String> {
    unit(name).settings.into_iter().find(|(name, _)| name == file).map(|(_, text)| text)
}

fn assert_has(text: &str, part: &str) {
    assert!(text.contains(part), "no `{part}` in:\n{text}");
}

#[test]
fn a_job_ends_by_itself_and_is_repeated_where_that_helps() {
    let tides = service("tides");
    assert_has(&tides, "Type=oneshot\nExecStart=/usr/bin/tides\n");
    assert_has(&tides, "RestartPreventExitStatus=65 78\n");
    assert_has(&tides, "StartLimitIntervalSec=3240\nStartLimitBurst=3\n");
    assert_has(&tides, "TimeoutStartSec=150\n");
    assert!(!tides.contains("[Install]"), "its timer starts it");
    assert_has(&timer("tides"), "# 7 * * * *\nOnCalendar=*-*-* *:7:00 Europe/Berlin\n");
}

#[test]
fn a_secret_is_listed_and_is_no_credential_before_its_file_is_there() {
    let tides = service("tides");
    assert_has(
        &tides,
        "\n[X-Secrets]\nTIDES_KEY=tides.key\nSTORE_TOKEN=store.token\nHEARTBEAT_URL=heartbeats.tides\n",
    );
    // systemd would not start a program whose credential is not there.
    assert!(!tides.contains("LoadCredential"), "{tides}");
}

#[test]
fn values_are_written_into_files_of_settings() {
    assert_has(&service("tides"), "Environment=\"MEASUREMENT=tides\"\n");
    assert_has(&settings("tides", "lego.env").unwrap(), "# It.\n#STORE_URL=\n");
    let own = settings("tides", "tides.env").unwrap();
    assert_has(&own, "# It.\n#STATION=\n");
    assert!(!own.contains("STORE_URL"));
    assert_eq!(settings("page", "page.env"), None);
}

#[test]
fn a_limit_of_an_alert_has_a_description() {
    let units = of_model(&sample::model_with_a_limit_in_a_config()).unwrap();
    let tides = units.into_iter().find(|unit| unit.name == "tides").unwrap();
    let (_, own) = tides.settings.into_iter().find(|(name, _)| name == "tides.env").unwrap();
    assert_has(&own, "# Upper limit.\n#ALERT_LEVEL_ABOVE=\n");
}

#[test]
fn a_program_waits_for_the_clock() {
    assert_has(&service("tides"), "After=network-online.target time-sync.target\n");
}

#[test]
fn a_device_may_open_its_node_and_no_other() {
    let dust = service("dust");
    assert_has(&dust, "DevicePolicy=closed\nDeviceAllow=/dev/ttyUSB0 rw\nSupplementaryGroups=dialout\n");
    assert!(!dust.contains("PrivateDevices") && !dust.contains("ProcSubset"), "{dust}");
    assert_has(&dust, "ConditionArchitecture=arm64\n");
    assert_has(&dust, "StartLimitIntervalSec=0\n");
    assert_has(&dust, "Type=exec\n");
    assert_has(&dust, "[Install]\nWantedBy=multi-user.target\n");
    assert_has(&service("tides"), "PrivateDevices=yes\n");
}

#[test]
fn a_device_on_a_schedule_takes_one_reading() {
    let moist = service("moist");
    assert_has(&moist, "ExecStart=/usr/bin/moist --once\n");
    assert_has(&moist, "DeviceAllow=/dev/i2c-1 rw\nSupplementaryGroups=i2c\n");
    assert_has(&timer("moist"), "OnCalendar=*-*-* *:0/15:00 UTC\n");
}

#[test]
fn programs_on_one_machine_listen_on_ports_of_their_own() {
    let mut model = sample::model();
    let mut other = model.program("dust").unwrap().clone();
    other.name = "dust-outside".to_owned();
    model.programs.push(other);
    let units = of_model(&model).unwrap();
    let text = |name: &str| units.iter().find(|unit| unit.name == name).unwrap().service.clone();
    assert_has(&text("dust"), "\"METRICS_ADDR=127.0.0.1:9464\"");
    assert_has(&text("dust-outside"), "\"METRICS_ADDR=127.0.0.1:9465\"");
    assert_has(&text("page"), "\"LISTEN=127.0.0.1:8080\"");
}

#[test]
fn systemd_finds_no_fault_in_any_of_them() {
    let Some(_) = testkit::require(Requirement::SystemdAnalyze.find()) else { return };
    assert_eq!(crate::test::systemd::faults(&of_model(&sample::model()).unwrap()).unwrap(), [""; 0]);
}

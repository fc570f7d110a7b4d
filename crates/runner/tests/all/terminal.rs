//! Programs on a terminal, from outside: the example `thermometer` on a pseudo-terminal.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::pty::OpenptFlags;
use rustix::termios::{Winsize, tcsetwinsize};

/// Runs the example on a terminal of so many columns, and returns its exit code and the text on the terminal.
fn run(columns: u16, folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let ours = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    rustix::pty::grantpt(&ours).unwrap();
    rustix::pty::unlockpt(&ours).unwrap();
    let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&ours, size).unwrap();
    let name = rustix::pty::ptsname(&ours, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let theirs = File::from(rustix::fs::open(name.as_c_str(), flags, Mode::empty()).unwrap());

    let tests: PathBuf = std::env::current_exe().unwrap().parent().unwrap().into();
    let mut child = commands::built(tests.parent().unwrap().join("examples/thermometer"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(settings.iter().copied())
        .envs([("TERMINATION_LOG", "/nowhere/log"), ("XCOM_FILE", "/nowhere/xcom")])
        .stdout(theirs.try_clone().unwrap())
        .stderr(theirs)
        .spawn()
        .unwrap();
    let mut shown = Vec::new();
    // The terminal ends with an error once the last program that has it open is gone.
    let _ = File::from(ours).read_to_end(&mut shown);
    (child.wait().unwrap().code(), String::from_utf8_lossy(&shown).replace("\r\n", "\n"))
}

#[test]
fn mistakes_in_settings_are_a_list_with_their_purpose_and_no_log_line() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("INTERVAL_SECONDS", "often"), ("NO_COLOR", "1")];
    let (exit, shown) = run(80, folder.path(), &settings, &["--once"]);
    assert_eq!(exit, Some(78), "{shown}");
    assert!(shown.contains("cannot start: 2 settings are wrong or missing"), "{shown}");
    assert!(shown.contains("THERMOMETER_FILE"), "{shown}");
    assert!(shown.contains("File that holds the temperature"), "{shown}");
    assert!(shown.contains("--help explains its settings"), "{shown}");
    assert!(!shown.contains("ERROR"), "{shown}");
    assert!(
        shown.lines().filter(|line| !line.contains("INFO")).all(|line| line.chars().count() <= 80),
        "{shown}"
    );
}

#[test]
fn a_call_that_is_no_run_lists_mistakes_too() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["--test-alert"][..], &["--replay-dead-letters"]] {
        let settings = [("HTTP_TIMEOUT_SECONDS", "long"), ("NO_COLOR", "1")];
        let (exit, shown) = run(80, folder.path(), &settings, arguments);
        assert_eq!(exit, Some(78), "{shown}");
        assert!(shown.contains("cannot start: 1 setting is wrong or missing"), "{shown}");
        assert!(shown.contains("Time limit of one HTTP request"), "{shown}");
    }
}

#[test]
fn a_check_has_a_line_for_the_spool() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("temp"), "21500").unwrap();
    let settings = [("THERMOMETER_FILE", "temp"), ("NO_COLOR", "1")];
    let (exit, shown) = run(100, folder.path(), &settings, &["--check"]);
    assert_eq!(exit, Some(0), "{shown}");
    assert!(shown.contains("ok      spool           data/spool/runner.db can be written"), "{shown}");
    std::fs::write(folder.path().join("in-the-way"), "").unwrap();
    let settings = [&settings[..], &[("SPOOL_DIR", "in-the-way")]].concat();
    let (exit, shown) = run(100, folder.path(), &settings, &["--check"]);
    assert_eq!(exit, Some(78), "{shown}");
    assert!(shown.contains("FAILED  spool           in-the-way/runner.db cannot be written"), "{shown}");
}

#[test]
fn a_run_ends_with_its_records_their_place_and_a_command_to_look_at_them() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("temp"), "21500").unwrap();
    let (exit, shown) =
        run(100, folder.path(), &[("THERMOMETER_FILE", "temp"), ("NO_COLOR", "1")], &["--once"]);
    assert_eq!(exit, Some(0), "{shown}");
    assert!(shown.contains("is done after"), "{shown}");
    assert!(shown.contains("  sqlite  1 record\n          data/platform.db\n"), "{shown}");
    assert!(shown.contains("SELECT * FROM \"temperature\" ORDER BY time DESC LIMIT 10"), "{shown}");
    assert!(!shown.contains('\x1b'), "NO_COLOR is set\n{shown}");
}

#[test]
fn a_log_as_json_has_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("temp"), "21500").unwrap();
    let settings = [("THERMOMETER_FILE", "temp"), ("LOG_FORMAT", "json")];
    let (exit, shown) = run(100, folder.path(), &settings, &["--once"]);
    assert_eq!(exit, Some(0), "{shown}");
    assert!(shown.lines().all(|line| line.starts_with('{')), "{shown}");
}

#[test]
fn the_help_has_color_and_the_width_of_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let (_, colored) = run(60, folder.path(), &[], &["--help", "all"]);
    assert!(colored.contains("\x1b[36mTHERMOMETER_FILE\x1b[0m"), "{colored}");
    let (_, plain) = run(60, folder.path(), &[("NO_COLOR", "1")], &["--help"]);
    assert!(!plain.contains('\x1b'), "{plain}");
    assert!(plain.lines().all(|line| line.chars().count() <= 60), "{plain}");
}

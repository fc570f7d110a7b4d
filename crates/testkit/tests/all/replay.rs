//! The replay of test cases notices what it is there to notice. Programs are shell scripts here.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tempfile::TempDir;
use testkit::replay::{self, Case};
use testkit::world::World;
use testkit::{Program, secrets};

/// Reports as a program does, and stores nothing.
const REPORT: &str = r#"
report='{"run_id":"one","exit":0,"status":"ok"}'
[ "$1" = --dry-run ] && exit 0
echo "$report" > "$XCOM_FILE"; echo "$report" > "$TERMINATION_LOG"
"#;

/// A package with one test case and a program.
struct Package {
    folder: TempDir,
    program: Program,
}

impl Package {
    fn with(script: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let case = folder.path().join("testcases/typical");
        fs::create_dir_all(&case).unwrap();
        fs::write(case.join("response.json"), "{}").unwrap();
        let shared = "source = \"SOURCE_URL\"\n[settings]\nKEY = \"{{secret}}\"\n";
        fs::write(folder.path().join("testcases/case.toml"), shared).unwrap();
        let (source, path) = (folder.path().join("script"), folder.path().join("program"));
        fs::write(&source, format!("#!/bin/sh\n{script}")).unwrap();
        // By another process: a file that this one has open for writing, if only in a child of another test, cannot
        // be run.
        let install = commands::Essential::Install
            .command()
            .args(["-m", "755"])
            .args([&source, &path])
            .status()
            .unwrap();
        assert!(install.success());
        let program = Program { name: "script".to_owned(), path, package: folder.path().to_owned() };
        Self { folder, program }
    }

    /// The problems that the replay finds, or the panic that it ends with.
    fn failure(&self) -> String {
        let replay = || replay::check(&self.program, &Case::typical(&self.program)).unwrap_err();
        let outcome = catch_unwind(AssertUnwindSafe(replay));
        outcome.unwrap_or_else(|panic| panic.downcast_ref::<String>().unwrap().clone())
    }
}

#[test]
fn a_missing_golden_file_is_reported_with_the_command_to_make_it() {
    let failure = Package::with(REPORT).failure();
    assert!(failure.contains("loaded.lp is missing") && failure.contains("UPDATE_EXPECT=1"), "{failure}");
}

#[test]
fn a_golden_file_that_differs_is_reported_line_by_line() {
    let package = Package::with("echo went wrong >&2; exit 75");
    let golden = package.folder.path().join("testcases/typical/failure.txt");
    fs::write(golden, "exit 78\nprinted went wrong\nalerts 0\n").unwrap();
    let failure = package.failure();
    assert!(failure.contains("- exit 78\n    + exit 75\n      printed went wrong"), "{failure}");
}

#[test]
fn a_program_without_a_report_is_reported() {
    let package = Package::with("exit 0");
    fs::write(package.folder.path().join("testcases/typical/loaded.lp"), "").unwrap();
    let failure = package.failure();
    assert!(failure.contains("the run report is not in the store"), "{failure}");
}

#[test]
fn a_dry_run_that_writes_is_reported() {
    let package = Package::with("mkdir data; echo x > data/x");
    let failure = package.failure();
    assert!(failure.contains("a dry run writes files"), "{failure}");
}

#[test]
fn a_secret_is_found_wherever_it_comes_out() {
    let places = [
        "echo \"key is $KEY\"",
        "echo \"key is $KEY\" >&2",
        "echo \"$INFLUXDB_TOKEN\" > report/xcom.json",
        "mkdir -p data/spool; echo \"$SLACK_WEBHOOK_URL\" > data/spool/x",
    ];
    for script in places {
        let failure = Package::with(script).failure();
        assert!(failure.contains("the planted secret"), "{script}: {failure}");
    }
}

#[test]
fn a_program_that_keeps_its_secrets_is_not_accused() {
    let package = Package::with(REPORT);
    let world = World::of(&package.program, &Case::typical(&package.program));
    world.given("key", secrets::KEY);
    assert_eq!(world.run(&[]).exit, Some(0));
}

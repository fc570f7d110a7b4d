//! Every folder of `testcases`, a machine as its files describe it, read by the shipped program.

// Clippy knows the tests themselves, not the functions they share.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Output;

use http_sim::Server;
use http_sim::services::InfluxDb;
use tempfile::TempDir;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testcases");

/// The program, a machine for it to read, and a store.
struct World {
    machine: TempDir,
    folder: TempDir,
    influxdb: InfluxDb,
    server: Server,
    settings: BTreeMap<String, String>,
}

impl World {
    fn of(tree: &str) -> Self {
        let influxdb = InfluxDb::new("home", "readings", "token");
        let server = Server::start(influxdb.clone()).unwrap();
        let machine = tempfile::tempdir().unwrap();
        unpack(tree, machine.path());
        let settings = [
            ("HOST_ROOT", machine.path().to_str().unwrap()),
            ("HOST_NAME", "machine"),
            ("INFLUXDB_URL", server.url()),
            ("INFLUXDB_TOKEN", "token"),
            ("INFLUXDB_ORG", "home"),
            ("INFLUXDB_BUCKET", "readings"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { machine, folder: tempfile::tempdir().unwrap(), influxdb, server, settings }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut program = commands::built(env!("CARGO_BIN_EXE_host-telemetry"));
        program.env_clear().envs(&self.settings).current_dir(&self.folder);
        program.args(arguments).output().unwrap()
    }

    /// Contents of the store, without times, run reports and values that depend on the disk; sorted.
    fn stored(&self) -> String {
        let lines = self.influxdb.lines();
        let lines = lines.lines().filter(|line| !line.starts_with("pipeline_runs"));
        let mut lines: Vec<_> = lines.map(timeless).collect();
        lines.sort();
        lines.join("\n") + "\n"
    }
}

/// A line without its time, and that of a disk without its fields.
fn timeless(line: &str) -> String {
    let line = line.rsplit_once(' ').unwrap().0;
    let is_disk = line.starts_with("host_disk,");
    if is_disk { line.split(' ').next().unwrap().to_owned() } else { line.to_owned() }
}

/// Writes the files of a `tree.txt`: a line `-- PATH` begins a file, `-- PATH -> TARGET` is a link.
fn unpack(tree: &str, root: &Path) {
    for file in tree.split("-- ").skip(1) {
        let (head, text) = file.split_once('\n').unwrap();
        let (path, target) = head.split_once(" -> ").map_or((head, None), |(path, to)| (path, Some(to)));
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match target {
            Some(target) => symlink(target, path).unwrap(),
            None => std::fs::write(path, text).unwrap(),
        }
    }
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<_> = std::fs::read_dir(CASES)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|it| it.is_dir())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

#[test]
fn every_machine_leads_to_its_records() {
    for case in cases() {
        let mut world = World::of(&std::fs::read_to_string(case.join("tree.txt")).unwrap());
        let settings = std::fs::read_to_string(case.join("case.env")).unwrap_or_default();
        for (name, value) in settings.lines().filter_map(|line| line.split_once('=')) {
            world.settings.insert(name.to_owned(), value.to_owned());
        }
        let output = world.run(&["--once"]);
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{}: {log}", case.display());
        let golden = case.join("loaded.lp");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&golden, world.stored()).unwrap();
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(world.stored(), expected, "{}", case.display());
    }
}

#[test]
fn a_root_without_a_machine_is_a_wrong_setting() {
    let world = World::of("");
    let output = world.run(&["--once"]);
    assert_eq!(output.status.code(), Some(78));
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(log.contains("proc/stat cannot be read"), "{log}");
}

#[test]
fn a_disk_that_is_gone_does_not_keep_the_rest_from_being_stored() {
    let tree = "-- proc/stat\ncpu  1 1 1 1\n-- proc/uptime\n5.0 1.0\n";
    let mut world = World::of(tree);
    world.settings.insert("DISKS".to_owned(), "/,/usb".to_owned());
    let output = world.run(&["--once"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(world.stored(), "host,host=machine uptime=5\nhost_disk,host=machine,mount=/\n");
    assert!(world.machine.path().exists() && !world.server.requests().is_empty());
}

#[test]
fn a_wrong_disk_is_a_wrong_setting() {
    let mut world = World::of("-- proc/stat\ncpu  1 1 1 1\n");
    world.settings.insert("DISKS".to_owned(), "../../etc".to_owned());
    assert_eq!(world.run(&["--once"]).status.code(), Some(78));
}

//! `host-telemetry` on a machine as the files of a test case describe it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use testkit::Program;
use testkit::world::World;

use crate::trials::{Test, tests};

pub(crate) const TESTS: &[Test] = tests! {
    every_machine_leads_to_its_records
    a_root_without_a_machine_is_a_wrong_setting
    a_disk_that_is_gone_does_not_keep_the_rest_from_being_stored
    a_wrong_disk_is_a_wrong_setting
};

fn every_machine_leads_to_its_records(program: &Program) {
    for case in cases(program) {
        let (mut world, _machine) = machine(program, &fs::read_to_string(case.join("tree.txt")).unwrap());
        let settings = fs::read_to_string(case.join("case.env")).unwrap_or_default();
        for (name, value) in settings.lines().filter_map(|line| line.split_once('=')) {
            world.set(name, value);
        }
        let outcome = world.run(&["--once"]);
        assert_eq!(outcome.exit, Some(0), "{}: {}", case.display(), outcome.stderr);
        let golden = case.join("loaded.lp");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&golden, stored(&world)).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(stored(&world), expected, "{}", case.display());
    }
}

fn a_root_without_a_machine_is_a_wrong_setting(program: &Program) {
    let (world, _machine) = machine(program, "");
    let outcome = world.run(&["--once"]);
    assert_eq!(outcome.exit, Some(78));
    assert!(outcome.stderr.contains("proc/stat cannot be read"), "{}", outcome.stderr);
}

fn a_disk_that_is_gone_does_not_keep_the_rest_from_being_stored(program: &Program) {
    let tree = "-- proc/stat\ncpu  1 1 1 1\n-- proc/uptime\n5.0 1.0\n";
    let (mut world, _machine) = machine(program, tree);
    world.set("DISKS", "/,/usb");
    let outcome = world.run(&["--once"]);
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    assert_eq!(stored(&world), "host,host=machine uptime=5\nhost_disk,host=machine,mount=/\n");
}

fn a_wrong_disk_is_a_wrong_setting(program: &Program) {
    let (mut world, _machine) = machine(program, "-- proc/stat\ncpu  1 1 1 1\n");
    world.set("DISKS", "../../etc");
    assert_eq!(world.run(&["--once"]).exit, Some(78));
}

/// The world of the program, with a machine for it to read.
fn machine(program: &Program, tree: &str) -> (World, TempDir) {
    let machine = TempDir::with_prefix("machine-").unwrap();
    unpack(tree, machine.path());
    let mut world = World::without_source(program);
    world.set("HOST_ROOT", machine.path().to_str().unwrap());
    world.set("HOST_NAME", "machine");
    (world, machine)
}

/// Contents of the store, without times, run reports and values that depend on the disk; sorted.
fn stored(world: &World) -> String {
    let lines = world.lines();
    let mut lines: Vec<_> = lines.lines().map(timeless).collect();
    lines.sort();
    lines.join("\n") + "\n"
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
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match target {
            Some(target) => symlink(target, path).unwrap(),
            None => fs::write(path, text).unwrap(),
        }
    }
}

fn cases(program: &Program) -> Vec<PathBuf> {
    let entries = fs::read_dir(program.package.join("testcases")).unwrap();
    let mut cases: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|it| it.is_dir()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

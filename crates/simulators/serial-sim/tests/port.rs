//! A port, opened as a program opens it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};

use serial_sim::{Faults, Options, Place, Port, Recording, Sds011Sim, Street};

const QUERY: [u8; 19] = [0xAA, 0xB4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0x02, 0xAB];

fn open(path: &Path) -> File {
    File::options().read(true).write(true).open(path).unwrap()
}

fn next<const LENGTH: usize>(port: &mut File) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    port.read_exact(&mut bytes).unwrap();
    bytes
}

fn recorded(text: &str) -> Sds011Sim {
    Sds011Sim::replaying(Recording::parse(text).unwrap())
}

#[test]
fn a_question_is_answered() {
    let port = Port::start(recorded("AA C0 7B 00 C8 00 A1 60 44 AB")).unwrap();
    let mut file = open(port.path());
    file.write_all(&QUERY).unwrap();
    assert_eq!(next(&mut file), [0xAA, 0xC0, 0x7B, 0x00, 0xC8, 0x00, 0xA1, 0x60, 0x44, 0xAB]);
    assert_eq!(port.received(), QUERY);
}

#[test]
fn it_reports_by_itself() {
    let port = Port::start(Sds011Sim::new(Street::default())).unwrap();
    let [0xAA, 0xC0, body @ .., sum, 0xAB] = next::<10>(&mut open(port.path())) else { panic!("no frame") };
    assert_eq!(body.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte)), sum);
}

#[test]
fn damage_is_on_the_line() {
    let faults = Faults { bad_checksums: 1.0, ..Faults::default() };
    let options = Options { faults, ..Options::default() };
    let port = Port::start_with(options, recorded("AA C0 00 00 00 00 00 00 00 AB")).unwrap();
    let mut file = open(port.path());
    file.write_all(&QUERY).unwrap();
    assert_eq!(next::<10>(&mut file).iter().map(|byte| byte.count_ones()).sum::<u32>(), 12);
}

#[test]
fn a_pulled_plug_is_the_end_and_a_new_one_a_new_beginning() {
    let mut port = Port::start(recorded("01\n02")).unwrap();
    let mut file = open(port.path());
    port.unplug();
    // Linux reports the end of a terminal as an end or as an error, depending on the moment.
    assert!(matches!(file.read(&mut [0]), Ok(0) | Err(_)));
    assert!(!port.path().exists());
    port.plug().unwrap();
    let mut file = open(port.path());
    file.write_all(&QUERY).unwrap();
    assert_eq!(next(&mut file), [0x01]);
}

#[test]
fn a_dropped_port_leaves_nothing() {
    let port = Port::start(recorded("01")).unwrap();
    let path = port.path().to_owned();
    drop(port);
    assert!(!path.parent().unwrap().exists());
}

#[test]
fn a_port_at_its_terminal_is_a_new_one_after_each_plug() {
    let options = Options { place: Place::Terminal, ..Options::default() };
    let mut port = Port::start_with(options, recorded("01")).unwrap();
    let first = open(port.path());
    port.unplug();
    port.plug().unwrap();
    let mut second = open(port.path());
    second.write_all(&QUERY).unwrap();
    assert_eq!(next(&mut second), [0x01]);
    drop(first);
}

/// The program, ended with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_program_tells_its_path_and_can_be_unplugged() {
    let folder = tempfile::TempDir::new().unwrap();
    let link = folder.path().join("sensor");
    let mut command = commands::built(env!("CARGO_BIN_EXE_serial-sim"));
    command.args(["sds011", "--link"]).arg(&link).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut program = Running(command.spawn().unwrap());
    let mut address = String::new();
    BufReader::new(program.0.stdout.take().unwrap()).read_line(&mut address).unwrap();
    assert_eq!(address.trim_end(), link.to_str().unwrap());
    let mut file = open(&link);
    assert_eq!(next::<2>(&mut file), [0xAA, 0xC0]);
    program.0.stdin.take().unwrap().write_all(b"unplug\n").unwrap();
    let mut rest = Vec::new();
    // The end may be an end of file or an error.
    let _ = file.read_to_end(&mut rest);
    assert!(!link.exists());
}

#[test]
fn a_wrong_call_exits_with_2() {
    let output = commands::built(env!("CARGO_BIN_EXE_serial-sim")).arg("barometer").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("'barometer'"));
}

//! Names of files, their first lines, and their lengths.

use crate::workspace::{PROGRAMS, Package, RustFile, hold, packages, root, rust_files};

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 9] =
    ["common", "helper", "helpers", "manager", "misc", "processor", "util", "utils", "utilities"];

const LONGEST_FILE: usize = 300;
/// A main only wires; the tests and comments of the largest one included.
const LONGEST_MAIN: usize = 80;

/// Files of every program.
const PARTS: [&str; 3] = ["README.md", "src/main.rs", "src/transform.rs"];
/// Further parts of a program with a source: replies of that source, and the expected results.
const PARTS_WITH_A_SOURCE: [&str; 1] = ["testcases"];

#[test]
fn every_file_opens_with_its_purpose() {
    // A case for the compiler is nothing but the mistake it shows.
    let files = rust_files().iter().filter(|file| !file.path.contains("/tests/mistakes/"));
    let mute = files.filter(|file| !file.text.starts_with("//! "));
    hold("Begin the file with one `//!` line that says what it is for:", mute.map(|file| file.path.clone()));
}

#[test]
fn names_describe_their_content() {
    let says_nothing = |file: &&RustFile| {
        file.path.split('/').any(|part| EMPTY_NAMES.contains(&part.trim_end_matches(".rs")))
    };
    let files = rust_files().iter().filter(says_nothing);
    hold("Name the file after the one thing it holds:", files.map(|file| file.path.clone()));
}

#[test]
fn files_hold_one_thing() {
    let long = rust_files().iter().map(|file| (file, file.text.lines().count()));
    let long = long.filter(|(_, lines)| *lines > LONGEST_FILE);
    hold(
        "Split the file; it holds more than one thing:",
        long.map(|(file, lines)| format!("{}: {lines} lines", file.path)),
    );
}

#[test]
fn the_main_of_a_program_only_wires() {
    let mains = rust_files()
        .iter()
        .filter(|file| PROGRAMS.iter().any(|folder| file.path.starts_with(folder)))
        .filter(|file| file.path.ends_with("/src/main.rs"));
    let long = mains.map(|file| (file, file.text.lines().count())).filter(|(_, lines)| *lines > LONGEST_MAIN);
    hold(
        "Move what is pure to transform.rs, and the rest into the block it leans on:",
        long.map(|(file, lines)| format!("{}: {lines} lines", file.path)),
    );
}

#[test]
fn jobs_and_clients_keep_to_their_size() {
    let output = commands::built(env!("CARGO_BIN_EXE_xtask")).args(["size", "--check"]).output().unwrap();
    let shown = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&shown));
}

#[test]
fn all_programs_look_alike() {
    let programs = packages().iter().filter(|package| package.is_program());
    let missing = |package: &Package| {
        let folder = package.folder.clone();
        let of_a_source = if package.has_source { &PARTS_WITH_A_SOURCE[..] } else { &[] };
        let parts = PARTS.iter().chain(of_a_source).map(move |part| format!("{folder}/{part}"));
        parts.filter(|part| !root().join(part).exists())
    };
    hold("Every program has these parts; `cargo xtask new` makes them:", programs.flat_map(missing));
}

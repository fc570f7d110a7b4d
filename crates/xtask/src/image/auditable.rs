//! The list of dependencies inside a program: cargo-auditable writes it, and it is read back from the file that ships.

use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use testkit::Requirement;

use crate::test::provide;

/// Arguments of cargo, as far as `cargo metadata` needs them.
const ARGUMENTS: &str = r#"{"offline":false,"locked":true,"frozen":false,"config":[]}"#;
/// Largest size of an unpacked list, in bytes. It has a hundred for each dependency.
const LIMIT: u64 = 8 << 20;

/// A list of dependencies. Source: <https://github.com/rust-secure-code/cargo-auditable/blob/v0.7.7/cargo-auditable.schema.json>.
#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct List {
    pub(super) packages: Vec<Dependency>,
}

/// A package that a program was built from.
#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) version: String,
    /// Source of the package: `crates.io`, or `local` for our own.
    pub(super) source: String,
    /// `build` where it is needed to build the program and is not in it.
    #[serde(default)]
    pub(super) kind: Option<String>,
    /// Its dependencies, by index in the list.
    #[serde(default)]
    pub(super) dependencies: Vec<usize>,
    /// Whether it is the program.
    #[serde(default)]
    pub(super) root: bool,
}

impl List {
    /// The list in a program.
    pub(super) fn read(program: &[u8]) -> Result<Self, String> {
        let packed = auditable_extract::raw_auditable_data(program)
            .map_err(|error| format!("the program has no list of its dependencies: {error}"))?;
        let mut text = String::new();
        let unpacked = flate2::read::ZlibDecoder::new(packed).take(LIMIT).read_to_string(&mut text);
        unpacked.map_err(|error| format!("the list of dependencies cannot be unpacked: {error}"))?;
        serde_json::from_str(&text)
            .map_err(|error| format!("the list of dependencies cannot be read: {error}"))
    }
}

/// Makes a command of cargo put the list into what it links.
///
/// `cargo auditable build` would do the same, and tell cargo its own path. That is part of the names that cargo gives to
/// symbols, so a program would differ from machine to machine; a name without a path does not.
pub(super) fn wrap(cargo: &mut Command) -> Result<(), String> {
    let program = provide(Requirement::CargoAuditable)?;
    let folder = program.parent().map(Path::to_path_buf);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(folder.into_iter().chain(std::env::split_paths(&path)));
    cargo.env("PATH", path.map_err(|error| error.to_string())?);
    cargo
        .env("RUSTC_WORKSPACE_WRAPPER", Requirement::CargoAuditable.program())
        .env("CARGO_AUDITABLE_ORIG_ARGS", ARGUMENTS);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_a_list_is_refused() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(List::read(&own).unwrap_err().starts_with("the program has no list of its dependencies"));
    }
}

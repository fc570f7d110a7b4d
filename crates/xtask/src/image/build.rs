//! Building a program as it ships: static, with the list of its dependencies inside, and the same wherever it is built.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::toolchain::command;
use super::{Architecture, Places, Toolchain, auditable, features};
use crate::workspace;

/// Separator of the flags in `CARGO_ENCODED_RUSTFLAGS`, so that a path may have spaces.
const UNIT_SEPARATOR: &str = "\u{1f}";

/// The cargo profile of what ships.
pub(super) const SHIPPED: &str = "release";

/// Builds one program with a cargo profile and gives its path.
///
/// Each has a call of its own: cargo unites the features of what it builds together, and an image must not depend on
/// which others were made beside it. Results of [`ahead`] or an earlier call are not built again.
pub(super) fn program(
    places: &Places,
    profile: &str,
    name: &str,
    architecture: Architecture,
) -> Result<PathBuf, String> {
    let toolchain = Toolchain::find(architecture)?;
    let mut command = cargo(places, profile, architecture, &toolchain)?;
    if succeeds(command.args(["--package", name]))? {
        Ok(places.builds(&toolchain.version).join(architecture.target()).join(profile).join(name))
    } else {
        Err(format!("{name} does not build for {}", architecture.name()))
    }
}

/// Builds programs together, as far as their features allow, so that each crate is compiled once and programs are linked
/// beside each other.
///
/// Programs that do not build stop no other, and are no error here: the call of their own says what is wrong with them.
pub(super) fn ahead(
    places: &Places,
    profile: &str,
    names: &[String],
    architecture: Architecture,
) -> Result<(), String> {
    let toolchain = Toolchain::find(architecture)?;
    for group in features::groups(places, names, architecture)?.iter().filter(|group| group.len() > 1) {
        let mut command = cargo(places, profile, architecture, &toolchain)?;
        command.arg("--keep-going").args(group.iter().flat_map(|name| ["--package", name]));
        if !succeeds(&mut command)? {
            eprintln!("not all of these build: {}", group.join(", "));
        }
    }
    Ok(())
}

/// Cargo, as it builds what ships; the call lacks only the packages.
fn cargo(
    places: &Places,
    profile: &str,
    architecture: Architecture,
    toolchain: &Toolchain,
) -> Result<Command, String> {
    let folder = places.builds(&toolchain.version);
    let mut command = command(&toolchain.cargo);
    command.args(["build", "--locked", "--quiet", "--profile", profile]);
    command.args(["--target", &architecture.target(), "--target-dir"]).arg(&folder);
    workspace::without_package(&mut command);
    auditable::wrap(&mut command)?;
    command.current_dir(&places.root).env("RUSTC", &toolchain.rustc);
    command.env("CARGO_ENCODED_RUSTFLAGS", flags(&remapped(places, &folder)));
    command.env("CFLAGS", c_flags(&remapped(places, &folder)));
    if let Some(compiler) = &toolchain.cross_compiler {
        command.env(variable(architecture, "LINKER"), compiler);
    }
    command.stdin(Stdio::null());
    Ok(command)
}

fn succeeds(command: &mut Command) -> Result<bool, String> {
    let status = command.status().map_err(|error| format!("cargo does not start: {error}"))?;
    Ok(status.success())
}

/// The path of each folder that differs from machine to machine, and its placeholder in programs.
fn remapped(places: &Places, folder: &Path) -> Vec<(PathBuf, &'static str)> {
    // Of several that fit, the last one counts, and one folder may be in another.
    vec![
        (places.root.clone(), "/source"),
        (places.cargo_home.clone(), "/cargo"),
        (folder.to_owned(), "/target"),
    ]
}

fn flags(remapped: &[(PathBuf, &str)]) -> OsString {
    let mut flags = OsString::from("-Ctarget-feature=+crt-static");
    for (path, name) in remapped {
        flags.push(UNIT_SEPARATOR);
        flags.push("--remap-path-prefix=");
        flags.push(path);
        flags.push(format!("={name}"));
    }
    flags
}

/// The same for the C in ring and SQLite. A path with a blank cannot be passed this way, and C rarely embeds its paths.
fn c_flags(remapped: &[(PathBuf, &str)]) -> String {
    let words = remapped.iter().filter_map(|(path, name)| {
        let path = path.to_str().filter(|path| !path.contains(char::is_whitespace))?;
        Some(format!("-ffile-prefix-map={path}={name}"))
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Name of a variable of cargo: `CARGO_TARGET_<TARGET>_<WHAT>`.
fn variable(architecture: Architecture, what: &str) -> String {
    format!("CARGO_TARGET_{}_{what}", architecture.target().replace('-', "_").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_this_machine_have_names_that_any_machine_has() {
        let folders = [(PathBuf::from("/home/a b/c"), "/source"), (PathBuf::from("/t"), "/target")];
        let flags = flags(&folders).into_string().unwrap();
        let flags: Vec<_> = flags.split(UNIT_SEPARATOR).collect();
        assert_eq!(flags[1..], ["--remap-path-prefix=/home/a b/c=/source", "--remap-path-prefix=/t=/target"]);
        assert_eq!(c_flags(&folders), "-ffile-prefix-map=/t=/target");
    }

    #[test]
    fn the_linker_is_named_for_the_target_alone() {
        assert_eq!(variable(Architecture::Arm64, "LINKER"), "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER");
    }
}

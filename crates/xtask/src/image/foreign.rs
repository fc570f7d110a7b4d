//! Linked components besides crates: two libraries in C, and Rust's standard library.

use std::fs;

use serde_json::{Value, json};

use super::Toolchain;
use super::catalogue::Catalogue;
use super::toolchain::command;

/// A library that no lock file knows.
pub(super) struct Foreign {
    name: &'static str,
    /// Vendor in the CPE, by which lists of known faults name it.
    vendor: &'static str,
    version: String,
    license: &'static str,
}

/// The crate that brings SQLite's source along.
const SQLITE_CRATE: &str = "libsqlite3-sys";
const SQLITE_HEADER: &str = "sqlite3/sqlite3.h";

/// Libraries of a program that this toolchain builds. Every program has the embedded store.
pub(super) fn linked(catalogue: &Catalogue, toolchain: &Toolchain) -> Result<Vec<Foreign>, String> {
    let foreign = |name, vendor, version, license| Foreign { name, vendor, version, license };
    Ok(vec![
        foreign("glibc", "gnu", glibc(toolchain)?, "LGPL-2.1-or-later"),
        foreign("rust", "rust-lang", toolchain.version.clone(), "MIT OR Apache-2.0"),
        foreign("sqlite", "sqlite", sqlite(catalogue)?, "blessing"),
    ])
}

impl Foreign {
    /// Component of a bill of materials. Source: <https://cyclonedx.org/docs/1.5/json/#components_items_cpe>.
    pub(super) fn component(&self) -> Value {
        let Self { name, vendor, version, license } = self;
        json!({
            "type": "library",
            "bom-ref": format!("pkg:generic/{name}@{version}"),
            "name": name,
            "version": version,
            "purl": format!("pkg:generic/{name}@{version}"),
            "cpe": format!("cpe:2.3:a:{vendor}:{name}:{version}:*:*:*:*:*:*:*"),
            "licenses": [{ "expression": license }],
        })
    }
}

/// The version of the C library, as its headers tell it to the compiler.
fn glibc(toolchain: &Toolchain) -> Result<String, String> {
    let compiler = toolchain.c_compiler();
    let mut command = command(compiler);
    command.args(["-E", "-dM", "-include", "features.h", "-x", "c", "/dev/null"]);
    let output = command.output().map_err(|error| format!("{compiler} does not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let part =
        |name| defined(&text, name).ok_or_else(|| format!("{compiler} does not tell the version of glibc"));
    Ok(format!("{}.{}", part("__GLIBC__")?, part("__GLIBC_MINOR__")?))
}

/// The version of SQLite, as the header says that its crate brings.
fn sqlite(catalogue: &Catalogue) -> Result<String, String> {
    let folder =
        catalogue.folder(SQLITE_CRATE).ok_or_else(|| format!("{SQLITE_CRATE} is not in the lock file"))?;
    let header = folder.join(SQLITE_HEADER);
    let text = fs::read_to_string(&header).map_err(|error| format!("{}: {error}", header.display()))?;
    let version = defined(&text, "SQLITE_VERSION").map(|version| version.trim_matches('"').to_owned());
    version.ok_or_else(|| format!("{} does not tell the version", header.display()))
}

/// Value of a definition in a C header.
fn defined<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.lines().find_map(|line| {
        let mut words = line.strip_prefix("#define")?.split_whitespace();
        (words.next()? == name).then(|| words.next())?
    })
}

#[cfg(test)]
mod tests {
    use super::super::Architecture;
    use super::*;

    #[test]
    fn a_definition_is_found_by_its_whole_name() {
        let header = "#define SQLITE_VERSION_NUMBER 3050002\n#define SQLITE_VERSION        \"3.50.2\"\n";
        assert_eq!(defined(header, "SQLITE_VERSION"), Some("\"3.50.2\""));
        assert_eq!(defined(header, "SQLITE"), None);
    }

    #[test]
    fn the_c_library_of_this_machine_has_a_version() {
        let toolchain = Toolchain::find(Architecture::host().unwrap()).unwrap();
        assert!(glibc(&toolchain).unwrap().starts_with("2."));
    }
}

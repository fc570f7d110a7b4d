//! `cargo xtask package`: each program as a Debian package and as a bare static binary, with checksums.
//!
//! A package stands alone: the program, its unit and timer, the group and folders it needs, example settings, a man page
//! and the command `data-platform`. The same commit makes the same bytes.

mod call;
mod contents;
mod control;
mod debian;
mod manual;
#[cfg(test)]
mod sample;
mod tree;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::generate::systemd::{Unit, units};
use crate::image::{Origin, Places, Workshop};
use crate::release_tag;
pub(crate) use call::Arguments;
use contents::Package;

/// The file that lists the SHA-256 of all others, in the form that `sha256sum --check` takes.
const CHECKSUMS: &str = "SHA256SUMS";

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    debian::is_there()?;
    let workshop = Workshop::open(Places::here()?)?.with_profile(arguments.profile.as_deref());
    let origin = Origin::of(&workshop.places.root)?;
    let architectures = arguments.architectures()?;
    let units = units()?;
    let homepage = workshop.repository()?;
    let folder = arguments.out.clone().unwrap_or_else(|| workshop.places.target.join("packages"));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let names = workshop.programs(arguments.programs())?;
    if let Some(tag) = &arguments.tag {
        let versions = names.iter().map(|name| Ok((name.as_str(), workshop.version(name)?)));
        check_tag(tag, &versions.collect::<Result<Vec<_>, String>>()?)?;
    }
    for architecture in &architectures {
        workshop.build_ahead(&names, *architecture)?;
    }
    for name in names {
        let unit =
            units.iter().find(|unit| unit.name == name).ok_or_else(|| format!("{name} has no manifest"))?;
        let version = arguments.version.as_deref().map_or_else(|| workshop.version(&name), Ok)?;
        for architecture in &architectures {
            let program = workshop.build(&name, *architecture)?;
            let (architecture, root) = (*architecture, workshop.places.root.as_path());
            let package = Package { version, architecture, origin: &origin, homepage, root };
            for file in write(&package, unit, &program, &folder)? {
                println!("{}", file.display());
            }
        }
    }
    write_checksums(&folder)
}

/// Refuses a tag of another version than that of a program, and names every such program.
fn check_tag(tag: &str, versions: &[(&str, &str)]) -> Result<(), String> {
    let refusal = |(name, version): &(&str, &str)| {
        let refused = release_tag::check(tag, version).err()?;
        Some(format!("{name}: {refused}"))
    };
    let refusals: Vec<_> = versions.iter().filter_map(refusal).collect();
    if refusals.is_empty() { Ok(()) } else { Err(refusals.join("\n")) }
}

/// Writes the package and the archive of one program for one architecture.
fn write(package: &Package<'_>, unit: &Unit, program: &Path, folder: &Path) -> Result<[PathBuf; 2], String> {
    let (name, version, architecture) = (&unit.name, package.version, package.architecture.name());
    let debian = folder.join(format!("{name}_{version}_{architecture}.deb"));
    debian::build(&package.debian(unit, program)?, &debian, package.origin)?;
    let stem = format!("{name}-{version}-linux-{architecture}");
    let archive = folder.join(format!("{stem}.tar.gz"));
    let bytes = package.archive(unit, program)?.pack(&stem, package.origin);
    let written = bytes.and_then(|bytes| fs::write(&archive, bytes));
    written.map_err(|error| format!("{}: {error}", archive.display()))?;
    Ok([debian, archive])
}

/// Lists every file of the folder, those of earlier calls included.
fn write_checksums(folder: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.is_file() && path.file_name().is_some_and(|name| name != CHECKSUMS));
    files.sort();
    let mut lines = String::new();
    for file in files {
        let digest = Sha256::digest(fs::read(&file).map_err(failed)?);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        // Writing to a string does not fail.
        for byte in digest {
            let _ = write!(lines, "{byte:02x}");
        }
        let _ = writeln!(lines, "  {name}");
    }
    fs::write(folder.join(CHECKSUMS), lines).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_another_version_is_refused_with_the_programs_that_have_another() {
        assert_eq!(check_tag("v0.1.0", &[("tides", "0.1.0"), ("dust", "0.1.0")]), Ok(()));
        let refused = check_tag("v0.2.0", &[("tides", "0.1.0"), ("dust", "0.2.0")]);
        assert_eq!(refused, Err("tides: the tag v0.2.0 is for another version than 0.1.0".to_owned()));
    }

    #[test]
    fn checksums_name_every_file_but_their_own() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b.deb"), "").unwrap();
        fs::write(folder.path().join("a.deb"), "abc").unwrap();
        write_checksums(folder.path()).unwrap();
        write_checksums(folder.path()).unwrap();
        let text = fs::read_to_string(folder.path().join(CHECKSUMS)).unwrap();
        // The digests of FIPS 180-2, appendix B.1, and of nothing.
        assert_eq!(
            text,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.deb\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b.deb\n"
        );
    }
}

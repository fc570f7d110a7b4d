//! Arguments of `cargo xtask package`.

use std::path::PathBuf;

use crate::image::{Architecture, architecture};

/// Makes a Debian package and an archive of each program, for machines with systemd.
///
/// The folder also gets SHA256SUMS, which lists all its files. Standard output has the path of each file.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Programs to package.
    #[arg(value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    programs: Vec<String>,
    /// Packages all programs.
    #[arg(long)]
    all: bool,
    /// Architectures, amd64 and arm64; without it, this machine's own.
    #[arg(long, value_name = "ARCH", value_delimiter = ',', value_parser = architecture)]
    arch: Vec<Architecture>,
    /// Version of the packages in place of the version of the program.
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub(super) version: Option<String>,
    /// Tag of the release, as in `v0.1.0`: a program with another version is refused.
    #[arg(long, value_name = "TAG", conflicts_with = "version")]
    pub(super) tag: Option<String>,
    /// Folder for the files, by default target/packages.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Cargo profile in place of `release`, for trials: `trial` compiles fast, and makes large programs.
    #[arg(long, value_name = "PROFILE")]
    pub(super) profile: Option<String>,
}

impl Arguments {
    /// The programs to package; `None` for all.
    pub(super) fn programs(&self) -> Option<&[String]> {
        (!self.all).then_some(&self.programs)
    }

    /// The architectures to package for.
    pub(super) fn architectures(&self) -> Result<Vec<Architecture>, String> {
        if !self.arch.is_empty() {
            return Ok(self.arch.clone());
        }
        let host = Architecture::host();
        host.map(|host| vec![host])
            .ok_or_else(|| "packages are for amd64 and arm64: name one with --arch".to_owned())
    }
}

/// A version that Debian and a file name take. Source:
/// <https://www.debian.org/doc/debian-policy/ch-controlfields.html#version>.
fn version(text: &str) -> Result<String, String> {
    let is_right = text.starts_with(|first: char| first.is_ascii_digit())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || ".+~-".contains(letter));
    if is_right {
        Ok(text.to_owned())
    } else {
        Err("must begin with a digit and hold letters, digits, `.+~-`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_would_lead_out_of_the_folder_is_refused() {
        assert_eq!(version("0.1.0+2~rc.1").as_deref(), Ok("0.1.0+2~rc.1"));
        for wrong in ["", "v1", "1/../..", "1 2"] {
            assert!(version(wrong).is_err(), "{wrong}");
        }
    }
}

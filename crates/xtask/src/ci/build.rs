//! The image of one program for one architecture: built, run, pushed by its digest.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::outputs::Outputs;
use super::tool;
use crate::image::{Places, Workshop};

/// How an image is run that must need nothing of its machine.
const CONFINED: [&str; 7] = [
    "run",
    "--rm",
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--network=none",
    "--pull=never",
];

/// The image of one program for one architecture.
pub(super) struct Build {
    program: String,
    architecture: String,
    /// Its name in the registry, without a tag.
    image: String,
}

impl Build {
    pub(super) fn of(program: &str, architecture: &str) -> Result<Self, String> {
        let image = Workshop::open(Places::here()?)?.place(program)?;
        Ok(Self { program: program.to_owned(), architecture: architecture.to_owned(), image })
    }

    /// Builds, tries and pushes the image. Its digest and its bill of materials are left in `folder`.
    pub(super) fn run(&self, folder: &Path) -> Result<Outputs, String> {
        tool::log_in(&self.image)?;
        let words = ["image", &self.program, "--arch", &self.architecture];
        let loaded = tool::output(tool::xtask(&[&words[..], &["--load", "--tag", "tried"]].concat())?)?;
        self.try_out(&loaded)?;
        let pushed = tool::output(tool::xtask(&[&words[..], &["--push"]].concat())?)?;
        let digest = digest(&pushed)?;
        self.hand_on(folder, digest)?;
        Ok(Outputs::default().with("digest", digest))
    }

    /// Lets the program say its version, and describe itself.
    fn try_out(&self, reference: &str) -> Result<(), String> {
        let call = |flag: &str| {
            let mut docker = Command::new("docker");
            docker.args(CONFINED).args([reference, flag]);
            tool::output(docker)
        };
        let version = call("--version")?;
        if !version.starts_with(&format!("{} ", self.program)) {
            return Err(format!("{reference} calls itself `{version}`"));
        }
        let described: Value = serde_json::from_str(&call("--describe")?)
            .map_err(|error| format!("{reference} --describe is no JSON: {error}"))?;
        if described.get("name").and_then(Value::as_str) == Some(&self.program) {
            Ok(())
        } else {
            Err(format!("{reference} --describe is about another program"))
        }
    }

    fn hand_on(&self, folder: &Path, digest: &str) -> Result<(), String> {
        let bill = format!("{}.{}.cdx.json", self.program, self.architecture);
        let made = Places::here()?.layouts().join(&bill);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(folder)?;
            fs::copy(&made, folder.join(&bill))?;
            fs::write(folder.join(digest_file(&self.program, &self.architecture)), digest)
        };
        write().map_err(|error| format!("{}: {error}", folder.display()))
    }
}

/// The file that hands on the digest of an image.
pub(super) fn digest_file(program: &str, architecture: &str) -> String {
    format!("{program}.{architecture}.digest")
}

/// The digest of the one image that a line like `registry/program@sha256:…` names.
pub(super) fn digest(line: &str) -> Result<&str, String> {
    let digest = line.split_once('@').map(|(_, digest)| digest);
    digest.filter(|_| line.lines().count() == 1).ok_or_else(|| format!("`{line}` names no digest"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_of_one_line_only() {
        assert_eq!(digest("r.example/tides@sha256:0f"), Ok("sha256:0f"));
        assert!(digest("r.example/tides:1.0.0").is_err());
        assert!(digest("a@sha256:0\nb@sha256:1").is_err());
    }
}

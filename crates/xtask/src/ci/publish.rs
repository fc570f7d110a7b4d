//! The images of programs under their tags: joined, signed, and each with the list of its contents.
//!
//! The tag of a commit and the tag of a version never move. `latest` follows the main branch.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::build::digest_file;
use super::outputs::{Done, Outputs};
use super::provenance::Subjects;
use super::{beside, tool};
use crate::affected;
use crate::image::{self, Origin, Places, Workshop};
use crate::release_tag;

/// Publishes the images of programs, which the jobs before have left in `folder`, after a push of `reference`, as in
/// `refs/heads/main`.
pub(super) fn run(programs: &[String], reference: &str, folder: &Path) -> Result<Done, String> {
    let places = Places::here()?;
    let commit = Origin::of(&places.root)?.revision;
    let workshop = Workshop::open(places)?;
    let all = affected::all("published")?;
    if let Some(program) = programs.first() {
        tool::log_in(&workshop.place(program)?)?;
    }
    // Calls beside each other would all fetch the keys of sigstore into the same files.
    tool::output(tool::cosign(&["initialize"]))?;
    let publish = |program: &str| {
        let publication = Publication {
            program: program.to_owned(),
            image: workshop.place(program)?,
            architectures: all.architectures(program)?,
            commit: commit.clone(),
            release: Release::of(reference, workshop.version(program)?)?,
        };
        let digest = publication.run(folder)?;
        Ok((publication.image, digest))
    };
    let (published, problems) = beside::each(programs, publish);
    let any = (!published.is_empty()).to_string();
    Subjects(published).write(folder)?;
    Ok(Done { outputs: Outputs::default().with("any", &any), problems })
}

/// The images of one program, and the tags they get.
struct Publication {
    program: String,
    /// Its name in the registry, without a tag.
    image: String,
    architectures: Vec<String>,
    commit: String,
    /// The tag of the branch or the version that is published, if it has one.
    release: Option<Release>,
}

/// Version to publish besides the commit.
#[derive(Debug, PartialEq, Eq)]
enum Release {
    /// The main branch goes on.
    Latest,
    /// A version, which no other image may have had before.
    Version(String),
}

impl Publication {
    /// Joins what the jobs before have left in `folder`, under every tag, and signs it. Gives the digest of all images
    /// together.
    fn run(&self, folder: &Path) -> Result<String, String> {
        let digests = self.digests(folder)?;
        let digest = self.join(&digests, &self.commit)?;
        match &self.release {
            None => {}
            Some(Release::Latest) => drop(self.join(&digests, "latest")?),
            Some(Release::Version(version)) => self.join_once(&digests, version, &digest)?,
        }
        for command in self.signatures(&digest, &digests, folder) {
            tool::output(command)?;
        }
        Ok(digest)
    }

    /// Makes a tag of images, and gives the digest of all of them together.
    fn join(&self, digests: &[String], tag: &str) -> Result<String, String> {
        image::join(&self.image, digests, &[tag.to_owned()])
    }

    /// Makes the tag of a version. An existing tag must be of these very images, as after a repeated job.
    fn join_once(&self, digests: &[String], version: &str, joined: &str) -> Result<(), String> {
        match tool::digest_of(&format!("{}:{version}", self.image))? {
            None => self.join(digests, version).map(drop),
            Some(digest) if digest == joined => Ok(()),
            Some(_) => Err(format!("{} {version} is published already, of another commit", self.program)),
        }
    }

    /// The digest of the image of each architecture.
    fn digests(&self, folder: &Path) -> Result<Vec<String>, String> {
        let digest = |architecture: &String| {
            let file = folder.join(digest_file(&self.program, architecture));
            let text = fs::read_to_string(&file).map_err(|error| {
                format!("no image for {architecture} was built: {}: {error}", file.display())
            })?;
            Ok(text.trim().to_owned())
        };
        self.architectures.iter().map(digest).collect()
    }

    /// Commands that sign all images and attach their bills of materials. The identity is that of the workflow; there
    /// is no stored key.
    fn signatures(&self, joined: &str, digests: &[String], folder: &Path) -> Vec<Command> {
        let sign = tool::cosign(&["sign", "--yes", "--recursive", &format!("{}@{joined}", self.image)]);
        let attest = |(architecture, digest): (&String, &String)| {
            let bill = folder.join(format!("{}.{architecture}.cdx.json", self.program));
            let mut attest = tool::cosign(&["attest", "--yes", "--type", "cyclonedx", "--predicate"]);
            attest.arg(bill);
            attest.arg(format!("{}@{digest}", self.image));
            attest
        };
        std::iter::once(sign).chain(self.architectures.iter().zip(digests).map(attest)).collect()
    }
}

impl Release {
    /// Version that a push of `reference` publishes, for a program with this version.
    fn of(reference: &str, version: &str) -> Result<Option<Self>, String> {
        if reference == "refs/heads/main" {
            return Ok(Some(Self::Latest));
        }
        let tag = reference.strip_prefix("refs/tags/").filter(|tag| tag.starts_with('v'));
        let Some(tag) = tag else { return Ok(None) };
        release_tag::check(tag, version)?;
        Ok(Some(Self::Version(version.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publication() -> Publication {
        Publication {
            program: "tides".into(),
            image: "r.example/p/tides".into(),
            architectures: vec!["amd64".into(), "arm64".into()],
            commit: "0f1e".into(),
            release: None,
        }
    }

    #[test]
    fn a_branch_moves_the_latest_tag_and_a_tag_makes_a_version() {
        let of = |reference| Release::of(reference, "1.2.3");
        assert_eq!(of("refs/heads/main"), Ok(Some(Release::Latest)));
        assert_eq!(of("refs/tags/v1.2.3"), Ok(Some(Release::Version("1.2.3".to_owned()))));
        assert_eq!(of("refs/heads/experiment"), Ok(None));
        assert!(of("refs/tags/v1.2.4").unwrap_err().contains("another version"));
    }

    #[test]
    fn an_architecture_that_was_not_built_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(digest_file("tides", "amd64")), "sha256:0f\n").unwrap();
        let problem = publication().digests(folder.path()).unwrap_err();
        assert!(problem.contains("no image for arm64 was built"), "{problem}");
        fs::write(folder.path().join(digest_file("tides", "arm64")), "sha256:1f\n").unwrap();
        assert_eq!(publication().digests(folder.path()).unwrap(), ["sha256:0f", "sha256:1f"]);
    }

    #[test]
    fn everything_is_signed_and_each_image_has_a_bill_of_materials() {
        let digests = ["sha256:0".to_owned(), "sha256:1".to_owned()];
        let commands = publication().signatures("sha256:f", &digests, Path::new("dist"));
        let line = |command: &Command| {
            let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
            words.join(" ")
        };
        assert_eq!(
            commands.iter().map(line).collect::<Vec<_>>(),
            [
                "sign --yes --recursive r.example/p/tides@sha256:f",
                "attest --yes --type cyclonedx --predicate dist/tides.amd64.cdx.json r.example/p/tides@sha256:0",
                "attest --yes --type cyclonedx --predicate dist/tides.arm64.cdx.json r.example/p/tides@sha256:1",
            ]
        );
    }
}

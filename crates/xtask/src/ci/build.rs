//! The images of a shard: compiled together, then each made, run, and pushed by its digest.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::beside;
use super::outputs::Done;
use super::tool;
use crate::image::{self, Architecture, Origin, Places, Workshop, engine};

/// Arguments of Docker that run an image without rights, network and writable files.
const CONFINED: [&str; 7] = [
    "run",
    "--rm",
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--network=none",
    "--pull=never",
];

/// Programs that are built for one architecture on one machine.
pub(super) struct Shard {
    programs: Vec<String>,
    architecture: Architecture,
    workshop: Workshop,
    origin: Origin,
}

impl Shard {
    pub(super) fn of(programs: &[String], architecture: &str) -> Result<Self, String> {
        let places = Places::here()?;
        let origin = Origin::of(&places.root)?;
        let workshop = Workshop::open(places)?;
        let programs = workshop.programs(Some(programs))?;
        Ok(Self { programs, architecture: image::architecture(architecture)?, workshop, origin })
    }

    /// Builds all programs, and tries and pushes the image of each that builds. Digests and bills of materials are left in
    /// `folder`.
    pub(super) fn run(&self, folder: &Path) -> Result<Done, String> {
        if let Some(program) = self.programs.first() {
            tool::log_in(&self.workshop.place(program)?)?;
        }
        self.workshop.build_ahead(&self.programs, self.architecture)?;
        let (_, problems) = beside::each(&self.programs, |program| self.image(program, folder));
        Ok(Done { problems, ..Done::default() })
    }

    fn image(&self, program: &str, folder: &Path) -> Result<(), String> {
        let made = self.workshop.make(program, &[self.architecture], &self.origin)?;
        let reference = format!("{}:tried", self.workshop.place(program)?);
        made.images().try_for_each(|image| engine::load(image, &reference))?;
        try_out(program, &reference)?;
        let digest = image::push(&self.workshop, &made)?;
        eprintln!("{program} {}", self.architecture.name());
        self.hand_on(program, &digest, folder)
    }

    fn hand_on(&self, program: &str, digest: &str, folder: &Path) -> Result<(), String> {
        let architecture = self.architecture.name();
        let bill = format!("{program}.{architecture}.cdx.json");
        let made = self.workshop.places.layouts().join(&bill);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(folder)?;
            fs::copy(&made, folder.join(&bill))?;
            fs::write(folder.join(digest_file(program, architecture)), digest)
        };
        write().map_err(|error| format!("{}: {error}", folder.display()))
    }
}

/// Lets the program say its version, and describe itself.
fn try_out(program: &str, reference: &str) -> Result<(), String> {
    let call = |flag: &str| {
        let mut docker = Command::new("docker");
        docker.args(CONFINED).args([reference, flag]);
        tool::output(docker)
    };
    let version = call("--version")?;
    if !version.starts_with(&format!("{program} ")) {
        return Err(format!("{reference} calls itself `{version}`"));
    }
    let described: Value = serde_json::from_str(&call("--describe")?)
        .map_err(|error| format!("{reference} --describe is no JSON: {error}"))?;
    if described.get("name").and_then(Value::as_str) == Some(program) {
        Ok(())
    } else {
        Err(format!("{reference} --describe is about another program"))
    }
}

/// The file that hands on the digest of an image.
pub(super) fn digest_file(program: &str, architecture: &str) -> String {
    format!("{program}.{architecture}.digest")
}

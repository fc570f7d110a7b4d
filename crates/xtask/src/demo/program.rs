//! A program of the demo, with its description and its demo settings.

use std::path::PathBuf;

use super::description::Description;
use super::manifest::Demo;
use crate::workspace;

/// A program that can be shown.
pub(super) struct Program {
    pub(super) name: String,
    /// The folder of its package.
    pub(super) folder: PathBuf,
    pub(super) demo: Demo,
    pub(super) description: Description,
    /// The executable.
    pub(super) path: PathBuf,
}

impl Program {
    /// A program that is built.
    pub(super) fn of(program: &workspace::Program, demo: Demo, path: PathBuf) -> Result<Self, String> {
        let description = Description::of(&path)?;
        Ok(Self { name: program.name.clone(), folder: program.folder.clone(), demo, description, path })
    }

    /// A shell script as a program.
    #[cfg(test)]
    pub(super) fn of_script(manifest: &str, script: &str) -> Self {
        let demo = Demo { arguments: vec!["-c".into(), script.into()], ..toml::from_str(manifest).unwrap() };
        let description = Description { variables: Vec::new(), records: Vec::new() };
        Self { name: "tides".into(), folder: PathBuf::new(), demo, description, path: "/bin/sh".into() }
    }
}

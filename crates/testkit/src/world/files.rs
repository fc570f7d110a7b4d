//! The folder of a world: input files of the program, and files that it leaves.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::World;
use crate::{Outcome, secrets};

/// A folder with a place for reports, as an orchestrator mounts one.
pub(super) fn folder() -> TempDir {
    let folder = TempDir::with_prefix("testkit-").expect("the temporary folder can be written to");
    let report = folder.path().join("report");
    fs::create_dir(&report).and_then(|()| fs::write(report.join("termination-log"), "")).expect("a new file");
    folder
}

impl World {
    /// The folder: `data` has state and spool of the program, `report` its files for an orchestrator.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Path of a new input file for the program, such as a mounted secret. Its content is not searched for leaks.
    pub fn given(&self, name: &str, content: &str) -> PathBuf {
        let folder = self.folder().join("given");
        let path = folder.join(name);
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, content)).expect("a new file");
        path
    }

    /// Every file the program made or changed, with its content.
    pub fn written(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for part in ["data", "report"] {
            collect(&self.folder().join(part), &mut files).expect("a folder that can be read");
        }
        files.retain(|(_, content)| !content.is_empty());
        files
    }

    /// Termination message of the program for Kubernetes.
    pub fn termination_log(&self) -> String {
        fs::read_to_string(self.folder().join("report/termination-log")).unwrap_or_default()
    }

    pub(super) fn xcom(&self) -> PathBuf {
        self.folder().join("report/xcom.json")
    }

    /// Every secret in a place where it does not belong.
    pub(super) fn leaks(&self, outcome: &Outcome) -> Vec<String> {
        let printed = [("standard output", &outcome.stdout), ("standard error", &outcome.stderr)];
        let printed = printed.iter().filter_map(|(place, text)| secrets::found_in(place, text.as_bytes()));
        let written = self.written();
        let written = written
            .iter()
            .filter_map(|(path, content)| secrets::found_in(&path.display().to_string(), content));
        let sent = [
            secrets::sent_to_source(self.source()),
            secrets::sent_to_store(self.store()),
            secrets::sent_to_channel(self.channel()),
        ];
        printed.chain(written).chain(sent.concat()).collect()
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if let Ok(content) = fs::read(&path) {
            files.push((path, content));
        }
    }
    Ok(())
}

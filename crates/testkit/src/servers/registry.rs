//! A registry of images.

use std::ffi::OsString;
use std::fs;

use tempfile::TempDir;

use super::process::{Launch, Process, with_free_port};
use super::{Missing, http};
use crate::Requirement;

const PROGRAM: &str = "docker-registry";

/// A registry of one's own, empty at first. It wants no password and no TLS.
#[derive(Debug)]
pub struct Registry {
    _process: Process,
    address: String,
    _folder: TempDir,
}

impl Registry {
    /// Starts a registry.
    ///
    /// # Errors
    /// Fails if it is not installed or does not start.
    pub fn start() -> Result<Self, Missing> {
        let program = Requirement::DockerRegistry.find()?;
        let folder = TempDir::with_prefix("registry-").map_err(Missing::because(PROGRAM))?;
        let (process, port) = with_free_port(PROGRAM, |port| {
            let file = folder.path().join("registry.yaml");
            let text = configuration(&folder.path().to_string_lossy(), port);
            fs::write(&file, text).map_err(Missing::because(PROGRAM))?;
            let command = vec![program.clone().into(), OsString::from("serve"), file.into()];
            let launch = Launch { program: PROGRAM, command, folder: folder.path(), signal: "TERM" };
            Process::start(&launch, || http::get(port, "/v2/").is_ok_and(|answer| answer.status == 200))
        })?;
        Ok(Self { _process: process, address: format!("127.0.0.1:{port}"), _folder: folder })
    }

    /// `127.0.0.1:PORT`, with which the names of its images begin.
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// Source: <https://distribution.github.io/distribution/about/configuration/>.
fn configuration(folder: &str, port: u16) -> String {
    format!(
        "version: 0.1\n\
         log: {{ level: warn }}\n\
         storage: {{ filesystem: {{ rootdirectory: {folder}/images }} }}\n\
         http: {{ addr: \"127.0.0.1:{port}\" }}\n"
    )
}

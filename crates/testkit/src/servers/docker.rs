//! A Docker engine, for tests of images.

use std::ffi::OsString;
use std::fs;

use tempfile::TempDir;

use super::Missing;
use super::process::{Launch, Process};
use crate::Requirement;

const PROGRAM: &str = "dockerd";

/// A Docker engine of one's own: no images, no containers, nothing of the machine's own engine.
///
/// Its containers reach each other, on networks that are made for them, and nothing else. It has to be started by root.
#[derive(Debug)]
pub struct Docker {
    _process: Process,
    host: String,
    _folder: TempDir,
}

impl Docker {
    /// Starts an engine.
    ///
    /// # Errors
    /// Fails if Docker is not installed or does not start.
    pub fn start() -> Result<Self, Missing> {
        let dockerd = Requirement::Dockerd.find()?;
        // A path longer than a socket's address may be would be refused.
        let folder = TempDir::with_prefix("docker-").map_err(Missing::because(PROGRAM))?;
        let host = format!("unix://{}/socket", folder.path().display());
        // The machine's own file would be read otherwise.
        let file = folder.path().join("daemon.json");
        fs::write(&file, "{}").map_err(Missing::because(PROGRAM))?;
        let mut command: Vec<OsString> = vec![dockerd.into(), "--config-file".into(), file.into()];
        command.extend(arguments(&folder.path().to_string_lossy(), &host).map(OsString::from));
        let launch = Launch { program: PROGRAM, command, folder: folder.path(), signal: "TERM" };
        let process = Process::start(&launch, || answers(&host))?;
        Ok(Self { _process: process, host, _folder: folder })
    }

    /// Address of the engine, as `DOCKER_HOST` takes it.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// Whether an engine answers at this address.
fn answers(host: &str) -> bool {
    let Ok(mut command) = Requirement::Docker.command() else { return false };
    command.args(["--host", host, "version", "--format", "{{.Server.Version}}"]);
    command.output().is_ok_and(|output| output.status.success())
}

fn arguments(folder: &str, host: &str) -> impl Iterator<Item = String> {
    [
        format!("--host={host}"),
        format!("--data-root={folder}/data"),
        format!("--exec-root={folder}/exec"),
        format!("--pidfile={folder}/pid"),
        // The bridge and the packet filter of the machine may belong to another engine.
        "--bridge=none".to_owned(),
        "--iptables=false".to_owned(),
        "--ip-masq=false".to_owned(),
        "--ip-forward=false".to_owned(),
    ]
    .into_iter()
}

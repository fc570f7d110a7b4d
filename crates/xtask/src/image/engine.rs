//! A Docker engine: images are handed to it, and run in it.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use serde_json::json;
use tar::{EntryType, Header};
use testkit::Requirement;

use super::manifest::Image;

/// Options of a confined container, as a careful operator sets them.
pub(crate) const CONFINED: [&str; 6] = [
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--rm",
    "--log-driver=none",
    "--pull=never",
];

/// Whether an engine answers. `DOCKER_HOST` says which, as it does for `docker`.
pub(crate) fn answers() -> bool {
    let asked = docker()
        .ok()
        .and_then(|mut docker| docker.args(["version", "--format", "{{.Server.Version}}"]).output().ok());
    asked.is_some_and(|output| output.status.success())
}

/// Hands an image to the engine under a name.
pub(crate) fn load(image: &Image, reference: &str) -> Result<(), String> {
    let archive = archive(image, reference).map_err(|error| error.to_string())?;
    let mut command = docker()?;
    command.args(["load", "--quiet"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("docker does not start: {error}"))?;
    let sent = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(&archive));
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("docker load: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    sent.map_err(|error| format!("docker load: {error}"))
}

/// Version reported by the program of a loaded image.
pub(super) fn version(reference: &str) -> Result<String, String> {
    let output =
        docker()?.arg("run").args(CONFINED).args(["--network=none", reference, "--version"]).output();
    let output = output.map_err(|error| format!("docker does not start: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(format!("{reference} does not run: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}

pub(crate) fn docker() -> Result<Command, String> {
    Requirement::Docker.command().map_err(|missing| missing.to_string())
}

/// The form that `docker load` of every version takes; since it has the configuration as it is, the image keeps its id.
/// Source: <https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md#combined-image-json--filesystem-changeset-format>.
fn archive(image: &Image, reference: &str) -> io::Result<Vec<u8>> {
    let (configuration, layer) = (&image.configuration, &image.layer.packed);
    let (named, packed) = (format!("{}.json", configuration.hex()), format!("{}.tar.gz", layer.hex()));
    let manifest = json!([{ "Config": named, "RepoTags": [reference], "Layers": [packed] }]).to_string();
    let files = [
        (named.as_str(), configuration.bytes.as_slice()),
        (packed.as_str(), layer.bytes.as_slice()),
        ("manifest.json", manifest.as_bytes()),
    ];
    let mut archive = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        archive.append_data(&mut header, path, bytes)?;
    }
    archive.into_inner()
}

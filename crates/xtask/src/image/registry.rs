//! A registry: images are pushed to it by their digests, and joined in it to one tag. skopeo does the talking.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use testkit::Requirement;

use super::blob::digest;
use super::{layout, manifest};

/// Pushes the contents of a layout; `skopeo` takes the credentials that `docker login` has left.
///
/// `place` is the name of the image without a tag, and `known_as` what follows it: `@sha256:…` or `:1.2.3`.
pub(super) fn push(layout: &Path, place: &str, known_as: &str) -> Result<(), String> {
    copy("--multi-arch=all", layout, &format!("{place}{known_as}"))
}

/// Makes one tag of images that have been pushed by their digests, and gives the digest of all of them together.
pub(crate) fn join(place: &str, digests: &[String], tags: &[String]) -> Result<String, String> {
    let images = digests.iter().map(|digest| descriptor(place, digest)).collect::<Result<Vec<_>, _>>()?;
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let layout = folder.path().join("index");
    let joined =
        layout::write_index(&layout, &["joined".to_owned()], images).map_err(|error| error.to_string())?;
    tags.iter().try_for_each(|tag| copy("--multi-arch=index-only", &layout, &format!("{place}:{tag}")))?;
    Ok(joined)
}

/// Copies the contents of a layout, byte by byte.
fn copy(extent: &str, layout: &Path, reference: &str) -> Result<(), String> {
    let mut command = skopeo("copy")?;
    command.args([extent, "--preserve-digests", "--quiet"]);
    if is_loopback(reference) {
        command.arg("--dest-tls-verify=false");
    }
    command.arg(format!("oci:{}", layout.display())).arg(format!("docker://{reference}"));
    output(command).map(drop)
}

/// Descriptor of an image in the registry, for an index.
fn descriptor(place: &str, known_as: &str) -> Result<Value, String> {
    let reference = format!("{place}@{known_as}");
    let found = inspect(&reference, &[])?;
    if digest(&found) != known_as {
        return Err(format!("{reference} is something else than its digest says"));
    }
    let configuration: Value = serde_json::from_slice(&inspect(&reference, &["--config"])?)
        .map_err(|error| format!("{reference}: the configuration is no JSON: {error}"))?;
    let architecture = configuration.get("architecture").and_then(Value::as_str);
    let architecture = architecture.ok_or_else(|| format!("{reference} does not say its architecture"))?;
    let descriptor = json!({ "mediaType": manifest::MANIFEST, "digest": known_as, "size": found.len() });
    Ok(manifest::with_platform(descriptor, architecture))
}

fn inspect(reference: &str, options: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = skopeo("inspect")?;
    command.arg("--raw").args(options);
    if is_loopback(reference) {
        command.arg("--tls-verify=false");
    }
    command.arg(format!("docker://{reference}"));
    output(command)
}

fn skopeo(what: &str) -> Result<Command, String> {
    let mut command = Requirement::Skopeo.command().map_err(|missing| missing.to_string())?;
    command.arg(what);
    Ok(command)
}

fn output(mut command: Command) -> Result<Vec<u8>, String> {
    let output = command.output().map_err(|error| format!("skopeo does not start: {error}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("skopeo: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}

/// A registry on this machine is spoken to without TLS, as Docker does.
fn is_loopback(reference: &str) -> bool {
    let host = reference.split(['/', ':']).next().unwrap_or_default();
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_registry_of_this_machine_may_do_without_tls() {
        assert!(is_loopback("127.0.0.1:5000/a/b") && is_loopback("localhost/a@sha256:0f"));
        assert!(!is_loopback("ghcr.io/a/b:1") && !is_loopback("192.0.2.1/a"));
    }
}

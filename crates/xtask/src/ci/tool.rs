//! Programs that the steps call: Docker, skopeo and cosign.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::{required, variable};

/// Runs a program that has to succeed, and returns its output.
pub(super) fn output(mut command: Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{name} ended with {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A call of cosign, which signs by the identity of the workflow.
pub(super) fn cosign(arguments: &[&str]) -> Command {
    let mut command = Command::new("cosign");
    command.args(arguments);
    command
}

/// The digest behind a tag; `None` where the registry has no such tag.
pub(super) fn digest_of(reference: &str) -> Result<Option<String>, String> {
    let mut skopeo = Command::new("skopeo");
    skopeo.args(["inspect", "--format", "{{.Digest}}", &format!("docker://{reference}")]);
    if reference.starts_with("127.0.0.1:") || reference.starts_with("localhost:") {
        skopeo.arg("--tls-verify=false");
    }
    let output = skopeo.output().map_err(|error| format!("skopeo: {error}"))?;
    if output.status.success() {
        return Ok(Some(String::from_utf8_lossy(&output.stdout).trim().to_owned()));
    }
    let message = String::from_utf8_lossy(&output.stderr);
    // An unreachable registry does not mean that the tag is free.
    if message.contains("manifest unknown") || message.contains("not found") {
        Ok(None)
    } else {
        Err(message.trim().to_owned())
    }
}

/// Logs in to the registry of an image; skopeo and cosign use the credentials that Docker keeps.
pub(super) fn log_in(image: &str) -> Result<(), String> {
    let user = variable("REGISTRY_USER");
    if user.is_empty() {
        return Ok(());
    }
    let (host, _) = image.split_once('/').ok_or_else(|| format!("{image} names no registry"))?;
    let password = required("REGISTRY_PASSWORD")?;
    let mut login = Command::new("docker");
    // A password among the arguments could be read by every process of the machine.
    login.args(["login", host, "--username", &user, "--password-stdin"]);
    let mut child = login
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| format!("docker: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(password.as_bytes()).map_err(|error| format!("docker login: {error}"))?;
    }
    let status = child.wait().map_err(|error| format!("docker login: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("docker login {host} was refused")) }
}

//! Provenance of published images: GitHub attests all of them at once, and each gets the statement beside it in the
//! registry.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::outputs::Done;
use super::tool;

/// The file that lists published images for the action that attests them, in the form of `sha256sum`.
const SUBJECTS: &str = "subjects";

/// Published images: name and digest, as in `sha256:0f1e…`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subjects(pub(super) Vec<(String, String)>);

/// Attaches the statement in `bundle`, which the action has left, to each image that is listed in `folder`.
///
/// The action pushes to a registry for one image in a call only.
pub(super) fn run(bundle: &Path, folder: &Path) -> Result<Done, String> {
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let text = fs::read_to_string(bundle).map_err(|error| failed(bundle, error))?;
    let file = folder.join("provenance.json");
    fs::write(&file, predicate(&text)?.to_string()).map_err(|error| failed(&file, error))?;
    let Subjects(subjects) = Subjects::read(folder)?;
    let names: Vec<_> = subjects.into_iter().map(|(image, digest)| format!("{image}@{digest}")).collect();
    let (_, problems) = super::beside::each(&names, |image| tool::output(attachment(image, &file)));
    Ok(Done { problems, ..Done::default() })
}

/// The command that signs the statement for one image, and pushes it.
fn attachment(image: &str, predicate: &Path) -> Command {
    let mut attest = tool::cosign(&["attest", "--yes", "--type", "slsaprovenance1", "--predicate"]);
    attest.arg(predicate).arg(image);
    attest
}

/// The predicate of the statement in a bundle: the build process and the inputs of the images. Sources:
/// <https://github.com/sigstore/protobuf-specs/blob/v0.4.3/protos/sigstore_bundle.proto>,
/// <https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/statement.md>.
fn predicate(bundle: &str) -> Result<Value, String> {
    let json = |text: &[u8]| -> Result<Value, String> {
        serde_json::from_slice(text).map_err(|error| format!("the bundle of the attestation: {error}"))
    };
    let bundle = json(bundle.as_bytes())?;
    let payload = bundle.pointer("/dsseEnvelope/payload").and_then(Value::as_str);
    let payload = STANDARD.decode(payload.ok_or("the bundle of the attestation has no statement")?);
    let mut statement = json(&payload.map_err(|error| format!("the bundle of the attestation: {error}"))?)?;
    match statement.get_mut("predicate").map(Value::take) {
        Some(predicate @ Value::Object(_)) => Ok(predicate),
        _ => Err("the statement of the attestation has no predicate".to_owned()),
    }
}

impl Subjects {
    pub(super) fn write(&self, folder: &Path) -> Result<(), String> {
        let mut lines = String::new();
        for (image, digest) in &self.0 {
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{}  {image}", digest.trim_start_matches("sha256:"));
        }
        let file = folder.join(SUBJECTS);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&file, lines));
        written.map_err(|error| format!("{}: {error}", file.display()))
    }

    fn read(folder: &Path) -> Result<Self, String> {
        let file = folder.join(SUBJECTS);
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let lines = text.lines().filter_map(|line| line.split_once("  "));
        Ok(Self(lines.map(|(hex, image)| (image.to_owned(), format!("sha256:{hex}"))).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_images_are_listed_as_the_action_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let subjects = Subjects(vec![("r.example/p/tides".into(), "sha256:0f".into())]);
        subjects.write(folder.path()).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("subjects")).unwrap(), "0f  r.example/p/tides\n");
        assert_eq!(Subjects::read(folder.path()).unwrap(), subjects);
    }

    #[test]
    fn the_statement_is_taken_out_of_its_envelope() {
        let bundle = |statement: &str| {
            let payload = STANDARD.encode(statement);
            format!("{{\"dsseEnvelope\":{{\"payload\":\"{payload}\"}}}}\n")
        };
        let found = predicate(&bundle("{\"subject\":[],\"predicate\":{\"buildDefinition\":{}}}")).unwrap();
        assert_eq!(found, serde_json::json!({ "buildDefinition": {} }));
        assert!(predicate(&bundle("{}")).unwrap_err().contains("no predicate"));
        assert!(predicate("{}").unwrap_err().contains("no statement"));
        assert!(predicate("").is_err());
    }

    #[test]
    fn each_image_gets_the_statement_under_its_digest() {
        let command = attachment("r.example/p/tides@sha256:0f", Path::new("dist/provenance.json"));
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        assert_eq!(
            words.join(" "),
            "attest --yes --type slsaprovenance1 --predicate dist/provenance.json r.example/p/tides@sha256:0f"
        );
    }
}

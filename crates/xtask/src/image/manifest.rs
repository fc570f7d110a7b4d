//! An image of one architecture: layer, configuration, manifest. It equals that of `docker/Dockerfile`, without an engine.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};

use super::blob::Blob;
use super::layer::{self, Layer};
use super::{Architecture, Origin};

/// Annotations of an image, by the keys of
/// <https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md>.
pub(super) type Labels = BTreeMap<String, String>;

/// An image of one architecture.
///
/// Source: <https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md>, and `manifest.md` beside it.
#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) architecture: Architecture,
    pub(super) layer: Layer,
    pub(super) configuration: Blob,
    pub(super) manifest: Blob,
}

pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIGURATION: &str = "application/vnd.oci.image.config.v1+json";

impl Image {
    /// An image of a program.
    pub(super) fn of(
        program: &[u8],
        architecture: Architecture,
        labels: &Labels,
        origin: &Origin,
    ) -> io::Result<Self> {
        let layer = Layer::pack(program, origin.seconds())?;
        let configuration = Blob::json(CONFIGURATION, &configuration(&layer, architecture, labels, origin));
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": configuration.descriptor(),
            "layers": [layer.packed.descriptor()],
            "annotations": labels,
        });
        Ok(Self { architecture, layer, configuration, manifest: Blob::json(MANIFEST, &manifest) })
    }

    /// Descriptor of the image in an index.
    pub(super) fn descriptor(&self) -> Value {
        with_platform(self.manifest.descriptor(), self.architecture.name())
    }

    /// Digest.
    pub(crate) fn digest(&self) -> &str {
        &self.manifest.digest
    }

    /// Size in a registry, in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.blobs().iter().map(|blob| blob.bytes.len() as u64).sum()
    }

    /// Size on a disk, in bytes.
    pub(crate) fn unpacked(&self) -> u64 {
        self.layer.unpacked
    }

    pub(super) fn blobs(&self) -> [&Blob; 3] {
        [&self.layer.packed, &self.configuration, &self.manifest]
    }
}

/// A descriptor with the platform of its image.
pub(super) fn with_platform(mut descriptor: Value, architecture: &str) -> Value {
    if let Some(members) = descriptor.as_object_mut() {
        members.insert("platform".to_owned(), json!({ "os": "linux", "architecture": architecture }));
    }
    descriptor
}

fn configuration(layer: &Layer, architecture: Architecture, labels: &Labels, origin: &Origin) -> Value {
    let created = origin.created.to_string();
    json!({
        "created": created,
        "os": "linux",
        "architecture": architecture.name(),
        "config": {
            "User": format!("{0}:{0}", layer::USER),
            "Entrypoint": [layer::PROGRAM],
            // Settings with a relative path, such as `data/spool`, lead into the folder that can be written to.
            "WorkingDir": "/",
            "StopSignal": "SIGTERM",
            "Labels": labels,
        },
        "rootfs": { "type": "layers", "diff_ids": [layer.diff_id] },
        "history": [{ "created": created, "created_by": "cargo xtask image" }],
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::image) fn image(architecture: Architecture) -> Image {
        let labels = Labels::from([("org.opencontainers.image.title".to_owned(), "greet".to_owned())]);
        let origin =
            Origin { revision: "0f1e".to_owned(), created: jiff::Timestamp::from_second(7).unwrap() };
        Image::of(b"program", architecture, &labels, &origin).unwrap()
    }

    #[test]
    fn the_same_program_makes_the_same_image() {
        let manifest = |architecture| image(architecture).manifest.digest;
        assert_eq!(manifest(Architecture::Amd64), manifest(Architecture::Amd64));
        assert_ne!(manifest(Architecture::Amd64), manifest(Architecture::Arm64));
    }

    #[test]
    fn nobody_runs_it_and_it_dates_from_its_commit() {
        let configuration: Value =
            serde_json::from_slice(&image(Architecture::Arm64).configuration.bytes).unwrap();
        assert_eq!(configuration["config"]["User"], "65532:65532");
        assert_eq!(configuration["created"], "1970-01-01T00:00:07Z");
        assert_eq!(configuration["architecture"], "arm64");
    }
}

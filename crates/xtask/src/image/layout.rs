//! Images in a folder, as any tool for containers reads them: an OCI image layout.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::blob::Blob;
use super::manifest::Image;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Writes images of one program, for one architecture each, into a folder, which is emptied first.
///
/// Gives the digest by which all of them are known: that of the image, or of the index where there are several.
/// Source: <https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md>.
pub(super) fn write(folder: &Path, tags: &[String], images: &[&Image]) -> io::Result<String> {
    let (descriptor, index) = match images {
        [image] => (image.descriptor(), None),
        _ => {
            let index = index(images.iter().map(|image| image.descriptor()).collect());
            (index.descriptor(), Some(index))
        }
    };
    let blobs = images.iter().flat_map(|image| image.blobs()).chain(&index);
    write_blobs(folder, tags, &descriptor, blobs)
}

/// Writes an index alone: its images are somewhere else, such as in a registry.
pub(super) fn write_index(folder: &Path, tags: &[String], images: Vec<Value>) -> io::Result<String> {
    let index = index(images);
    write_blobs(folder, tags, &index.descriptor(), [&index])
}

/// Source: <https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md>.
fn index(images: Vec<Value>) -> Blob {
    Blob::json(INDEX, &json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": images }))
}

fn write_blobs<'a>(
    folder: &Path,
    tags: &[String],
    top: &Value,
    blobs: impl IntoIterator<Item = &'a Blob>,
) -> io::Result<String> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let place = folder.join("blobs/sha256");
    fs::create_dir_all(&place)?;
    for blob in blobs {
        fs::write(place.join(blob.hex()), &blob.bytes)?;
    }
    let digest = top.get("digest").and_then(Value::as_str).unwrap_or_default().to_owned();
    let entries: Vec<_> = tags.iter().map(|tag| tagged(top, tag)).collect();
    let entry = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
    fs::write(folder.join("index.json"), entry.to_string())?;
    fs::write(folder.join("oci-layout"), json!({ "imageLayoutVersion": "1.0.0" }).to_string())?;
    Ok(digest)
}

fn tagged(descriptor: &Value, tag: &str) -> Value {
    let mut descriptor = descriptor.clone();
    if let Some(members) = descriptor.as_object_mut() {
        members.insert("annotations".to_owned(), json!({ "org.opencontainers.image.ref.name": tag }));
    }
    descriptor
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Architecture;
    use super::super::blob;
    use super::super::manifest::tests::image;
    use super::*;

    fn write(folder: &Path, images: &[Image]) -> String {
        super::write(folder, &["1".to_owned()], &images.iter().collect::<Vec<_>>()).unwrap()
    }

    fn read(path: &Path) -> Value {
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    #[test]
    fn every_blob_has_its_digest_as_its_name_and_is_referred_to() {
        let folder = tempfile::tempdir().unwrap();
        let images = [image(Architecture::Amd64), image(Architecture::Arm64)];
        let digest = write(folder.path(), &images);
        let place = folder.path().join("blobs/sha256");
        let names: BTreeSet<_> = fs::read_dir(&place)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = format!("sha256:{}", path.file_name().unwrap().to_str().unwrap());
                assert_eq!(name, blob::digest(&fs::read(path).unwrap()));
                name
            })
            .collect();
        let index = read(&place.join(digest.trim_start_matches("sha256:")));
        let mut referred = BTreeSet::from([digest]);
        for manifest in index["manifests"].as_array().unwrap() {
            let name = manifest["digest"].as_str().unwrap();
            let manifest = read(&place.join(name.trim_start_matches("sha256:")));
            let text = |value: &Value| value["digest"].as_str().unwrap().to_owned();
            referred.extend([name.to_owned(), text(&manifest["config"]), text(&manifest["layers"][0])]);
        }
        assert_eq!(names, referred);
    }

    #[test]
    fn one_image_needs_no_index_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let image = image(Architecture::Amd64);
        let digest = write(folder.path(), std::slice::from_ref(&image));
        assert_eq!(digest, image.manifest.digest);
        let entry = read(&folder.path().join("index.json"));
        assert_eq!(entry["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"], "1");
        assert_eq!(entry["manifests"][0]["platform"]["architecture"], "amd64");
    }

    #[test]
    fn earlier_files_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[image(Architecture::Amd64)]);
        write(folder.path(), &[image(Architecture::Arm64)]);
        assert_eq!(fs::read_dir(folder.path().join("blobs/sha256")).unwrap().count(), 3);
    }
}

//! Bytes that are known by their digest: layers, configurations and manifests.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Bytes with a media type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) media_type: &'static str,
    /// Digest, as in `sha256:0f1e…`.
    pub(super) digest: String,
    pub(super) bytes: Vec<u8>,
}

impl Blob {
    pub(super) fn new(media_type: &'static str, bytes: Vec<u8>) -> Self {
        Self { media_type, digest: digest(&bytes), bytes }
    }

    /// JSON with its keys in order, so that the same content is the same bytes.
    pub(super) fn json(media_type: &'static str, content: &Value) -> Self {
        Self::new(media_type, content.to_string().into_bytes())
    }

    /// Descriptor of the blob.
    /// Source: <https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md>.
    pub(super) fn descriptor(&self) -> Value {
        json!({ "mediaType": self.media_type, "digest": self.digest, "size": self.bytes.len() })
    }

    /// The digest without the name of its algorithm.
    pub(super) fn hex(&self) -> &str {
        self.digest.trim_start_matches(ALGORITHM)
    }
}

const ALGORITHM: &str = "sha256:";

/// The digest of bytes, as in `sha256:0f1e…`.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(ALGORITHM.to_owned(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_equals_that_of_sha256sum() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest(b""), empty);
    }

    #[test]
    fn keys_of_json_are_in_order() {
        let blob = Blob::json("application/json", &json!({ "b": 1, "a": 2 }));
        assert_eq!(blob.bytes, br#"{"a":2,"b":1}"#);
        assert_eq!(format!("sha256:{}", blob.hex()), blob.digest);
    }
}

//! Settings of the service and its access key: the variables of the AWS tools.

use std::fmt;

use http_client::Url;
use secret::Secret;
use settings::{Settings, Source};

/// Address, region and access key of the service.
#[derive(Clone, Settings)]
#[setting(group = "spool")]
pub struct Config {
    /// Address of an S3-compatible service, such as `https://minio.example:9000`; without it, AWS in `AWS_REGION`.
    #[setting(name = "AWS_ENDPOINT_URL")]
    pub(crate) endpoint: Option<Url>,
    /// The same for S3 alone, which comes first.
    #[setting(name = "AWS_ENDPOINT_URL_S3")]
    pub(crate) s3_endpoint: Option<Url>,
    /// Region of the bucket; MinIO has `us-east-1`, Garage `garage`.
    #[setting(name = "AWS_REGION", also = "AWS_DEFAULT_REGION", default = "us-east-1")]
    pub(crate) region: String,
    /// Name of the access key.
    #[setting(name = "AWS_ACCESS_KEY_ID")]
    pub(crate) key: Option<Secret>,
    /// Secret of the access key.
    #[setting(name = "AWS_SECRET_ACCESS_KEY")]
    pub(crate) secret: Option<Secret>,
    /// Token of a temporary access key.
    #[setting(name = "AWS_SESSION_TOKEN")]
    pub(crate) token: Option<Secret>,
}

impl Config {
    /// Notes a missing part of the key, for a program that needs a bucket.
    pub fn check(&self, source: &mut Source) {
        for (name, value) in [("AWS_ACCESS_KEY_ID", &self.key), ("AWS_SECRET_ACCESS_KEY", &self.secret)] {
            if value.is_none() {
                source.mistake(name, "is required for a bucket");
            }
        }
    }
}

/// Without the address, which may hold a password.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("region", &self.region).finish_non_exhaustive()
    }
}

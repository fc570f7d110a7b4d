//! Address of an InfluxDB, its bucket, and the token for it.

use std::fmt;

use secret::Secret;
use settings::Settings;
use url::Url;

/// Address of an InfluxDB, its bucket, and the token for it.
#[derive(Clone, Settings)]
#[setting(group = "stores")]
pub struct Config {
    /// Address of an InfluxDB with the v2 write API, such as `http://influxdb:8086`. A path in it is kept.
    #[setting(name = "INFLUXDB_URL", also = "INFLUX_URL")]
    pub url: Url,
    /// API token with write access to the bucket.
    #[setting(name = "INFLUXDB_TOKEN", also = "INFLUX_KEY")]
    pub token: Secret,
    /// Name of the organization.
    #[setting(name = "INFLUXDB_ORG", also = "INFLUX_ORG")]
    pub org: String,
    /// Name of the bucket.
    #[setting(name = "INFLUXDB_BUCKET", also = "BUCKET")]
    pub bucket: String,
    /// Whether what is sent is compressed. Without it, it is over `https`: near by, compressing takes longer than sending.
    #[setting(name = "INFLUXDB_GZIP")]
    pub gzip: Option<bool>,
}

/// Without the address, which may hold a password.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("org", &self.org).field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

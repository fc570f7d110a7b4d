//! InfluxDB: the v2 write API of the open-source server.
//!
//! Source: <https://docs.influxdata.com/influxdb/v2/api/>. Texts of errors are those of the open-source server.

mod store;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;

use crate::{Reply, Request, Service};
pub use store::Point;
use store::Store;

/// An InfluxDB that parses and keeps line protocol. Clones share it.
///
/// Besides `POST /api/v2/write` it answers `/health`, `/ping` and `GET /api/v2/buckets`, and serves its points at
/// `/simulator/lines`, which the real one does not have.
#[derive(Debug, Clone)]
pub struct InfluxDb {
    token: String,
    org: String,
    buckets: Vec<String>,
    body_limit: usize,
    store: Arc<Mutex<Store>>,
}

impl InfluxDb {
    /// Creates an empty store with one organization, bucket and token.
    pub fn new(org: &str, bucket: &str, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            org: org.to_owned(),
            buckets: vec![bucket.to_owned()],
            body_limit: usize::MAX,
            store: Arc::default(),
        }
    }

    /// Adds a bucket.
    #[must_use]
    pub fn bucket(mut self, name: &str) -> Self {
        self.buckets.push(name.to_owned());
        self
    }

    /// Sets the limit of decompressed bodies, beyond which it answers 413.
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> Self {
        Self { body_limit: bytes, ..self }
    }

    /// All points, sorted by bucket, measurement, tags and time.
    pub fn points(&self) -> Vec<Point> {
        self.store().points()
    }

    /// All points as sorted line protocol, with sorted tags and fields, for golden files.
    pub fn lines(&self) -> String {
        self.store().lines()
    }

    fn write(&self, request: &Request) -> Result<Reply, Refusal> {
        self.authorize(request)?;
        if request.param("org") != Some(&self.org) {
            return Err(Refusal::OrgNotFound);
        }
        let name = request.param("bucket").unwrap_or_default();
        let Some(bucket) = self.buckets.iter().find(|bucket| *bucket == name) else {
            return Err(Refusal::BucketNotFound(name.to_owned()));
        };
        if request.body.len() > self.body_limit {
            return Err(Refusal::TooLarge);
        }
        let precision = write::precision(request.param("precision"))?;
        write::batch(&mut self.store(), bucket, &request.body, precision)?;
        Ok(Reply::empty(204))
    }

    fn buckets(&self, request: &Request) -> Result<Reply, Refusal> {
        self.authorize(request)?;
        let wanted = |name: &&String| request.param("name").is_none_or(|asked| asked == **name);
        let found: Vec<_> = self.buckets.iter().filter(wanted).map(|name| json!({"name": name})).collect();
        match request.param("name") {
            Some(name) if found.is_empty() => Err(Refusal::BucketNotFound(name.to_owned())),
            _ => Ok(Reply::json(200, &json!({"buckets": found}))),
        }
    }

    fn authorize(&self, request: &Request) -> Result<(), Refusal> {
        let scheme_and_token = request.header("authorization").and_then(|value| value.split_once(' '));
        match scheme_and_token {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("token") && token == self.token => Ok(()),
            _ => Err(Refusal::Unauthorized),
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service for InfluxDb {
    fn reply(&self, request: &Request) -> Reply {
        let reply = match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/api/v2/write") => self.write(request),
            ("GET", "/api/v2/buckets") => self.buckets(request),
            ("GET", "/health") => Ok(Reply::json(200, &json!({"name": "influxdb", "status": "pass"}))),
            ("GET" | "HEAD", "/ping") => Ok(Reply::empty(204)),
            ("GET", "/simulator/lines") => Ok(Reply::text(200, &self.lines())),
            _ => Err(Refusal::UnknownPath),
        };
        let reply = reply.unwrap_or_else(Refusal::reply);
        reply.header("x-influxdb-build", "OSS").header("x-influxdb-version", "v2.7.6")
    }
}

/// Reason for an error reply.
enum Refusal {
    Unauthorized,
    OrgNotFound,
    BucketNotFound(String),
    TooLarge,
    /// The request or some of its lines are invalid.
    Invalid(String),
    /// Some fields have another type than before.
    Conflict(String),
    UnknownPath,
}

impl Refusal {
    fn reply(self) -> Reply {
        let (status, code, message) = match self {
            Self::Unauthorized => (401, "unauthorized", "unauthorized access".to_owned()),
            Self::OrgNotFound => {
                (400, "invalid", "failed to decode request body: organization not found".to_owned())
            }
            Self::BucketNotFound(name) => (404, "not found", format!("bucket \"{name}\" not found")),
            Self::TooLarge => {
                (413, "request too large", "unable to read data: points batch is too large".to_owned())
            }
            Self::Invalid(message) => (400, "invalid", message),
            Self::Conflict(message) => (422, "unprocessable entity", message),
            Self::UnknownPath => (404, "not found", "path not found".to_owned()),
        };
        Reply::json(status, &json!({"code": code, "message": message}))
    }
}

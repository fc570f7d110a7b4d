//! VictoriaMetrics, which takes InfluxDB v2 writes in its own loose way.

use std::ffi::OsString;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use super::process::{Launch, Process, with_free_port};
use super::{Missing, http};
use crate::Requirement;

const PROGRAM: &str = "victoria-metrics";

/// A VictoriaMetrics server of one's own.
#[derive(Debug)]
pub struct VictoriaMetrics {
    process: Process,
    url: String,
    port: u16,
    _folder: TempDir,
}

impl VictoriaMetrics {
    /// Starts a server.
    ///
    /// # Errors
    /// Fails if VictoriaMetrics is not installed or does not start.
    pub fn start() -> Result<Self, Missing> {
        let program = Requirement::VictoriaMetrics.find()?;
        let folder = TempDir::with_prefix("victoria-metrics-").map_err(Missing::because(PROGRAM))?;
        let (process, port) = with_free_port(PROGRAM, |port| {
            let mut command = vec![program.clone().into()];
            command.extend(arguments(&folder.path().to_string_lossy(), port));
            let launch = Launch { program: PROGRAM, command, folder: folder.path(), signal: "TERM" };
            Process::start(&launch, || http::get(port, "/health").is_ok_and(|answer| answer.status == 200))
        })?;
        Ok(Self { process, url: format!("http://127.0.0.1:{port}"), port, _folder: folder })
    }

    /// The server all tests of this program share.
    ///
    /// # Errors
    /// Fails if VictoriaMetrics is not installed or does not start.
    pub fn shared() -> Result<&'static Self, Missing> {
        static SHARED: OnceLock<Result<VictoriaMetrics, Missing>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref().map_err(Clone::clone)
    }

    /// The base URL; writes go to `/api/v2/write` with any token, organization and bucket.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everything stored, one series each: `metric`, `values` and `timestamps` in milliseconds. The name of a metric
    /// is measurement and field with an underscore between.
    ///
    /// # Errors
    /// The error of VictoriaMetrics.
    pub fn export(&self) -> Result<Vec<Value>, String> {
        let text = |error: std::io::Error| error.to_string();
        http::get(self.port, "/internal/force_flush").map_err(text)?;
        let query = http::query(&[("match[]", "{__name__!=\"\"}")]);
        let answer = http::get(self.port, &format!("/api/v1/export?{query}")).map_err(text)?;
        if answer.status != 200 {
            return Err(answer.body);
        }
        answer
            .body
            .lines()
            .map(|line| serde_json::from_str(line).map_err(|error| error.to_string()))
            .collect()
    }

    /// Stops the server.
    pub fn stop(&mut self) {
        self.process.stop();
    }
}

fn arguments(folder: &str, port: u16) -> impl Iterator<Item = OsString> {
    let arguments = [
        format!("-storageDataPath={folder}/data"),
        format!("-httpListenAddr=127.0.0.1:{port}"),
        // Old points are kept, and new ones are seen at once.
        "-retentionPeriod=100y".to_owned(),
        "-search.latencyOffset=0s".to_owned(),
    ];
    arguments.into_iter().map(OsString::from)
}

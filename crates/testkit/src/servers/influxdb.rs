//! The InfluxDB 1 engine behind the v2 write API.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use http_sim::{Options, Server};
use serde_json::{Map, Value};
use tempfile::TempDir;

use super::front::Front;
use super::process::{Launch, Process, free_port, password, with_free_port};
use super::{Missing, http};
use crate::Requirement;

const PROGRAM: &str = "influxd";
const ORG: &str = "test";
const BUCKET: &str = "test";

/// A row of an answer: column names, and the tags of its series, to values.
pub type Row = Map<String, Value>;

/// An InfluxDB server of one's own.
///
/// The storage engine is the real one of version 1. A small front gives it the write API of version 2: token, bucket
/// and the errors' form.
#[derive(Debug)]
pub struct Influxdb {
    front: Option<Server>,
    process: Process,
    instance: Instance,
}

/// State that outlives the running server.
#[derive(Debug)]
struct Instance {
    program: PathBuf,
    folder: TempDir,
    token: String,
    url: String,
    engine_port: u16,
    front_port: u16,
}

impl Influxdb {
    /// Starts a server with one bucket.
    ///
    /// # Errors
    /// Fails if InfluxDB is not installed or does not start.
    pub fn start() -> Result<Self, Missing> {
        let program = Requirement::Influxd.find()?;
        let folder = TempDir::with_prefix("influxdb-").map_err(Missing::because(PROGRAM))?;
        let mut instance = Instance {
            program,
            folder,
            token: password(),
            url: String::new(),
            engine_port: 0,
            front_port: 0,
        };
        let (process, port) = with_free_port(PROGRAM, |port| instance.launch(port))?;
        instance.engine_port = port;
        let front = instance.front()?;
        front.url().clone_into(&mut instance.url);
        instance.front_port = front.url().rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(0);
        let server = Self { front: Some(front), process, instance };
        server.fresh_bucket(BUCKET).map_err(Missing::because(PROGRAM))?;
        Ok(server)
    }

    /// The server all tests of this program share.
    ///
    /// # Errors
    /// Fails if InfluxDB is not installed or does not start.
    pub fn shared() -> Result<&'static Self, Missing> {
        static SHARED: OnceLock<Result<Influxdb, Missing>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref().map_err(Clone::clone)
    }

    /// The base URL of the v2 API.
    pub fn url(&self) -> &str {
        &self.instance.url
    }

    /// The token it accepts.
    pub fn token(&self) -> &str {
        &self.instance.token
    }

    /// Its organization.
    pub fn org(&self) -> &'static str {
        ORG
    }

    /// The bucket it starts with.
    pub fn bucket(&self) -> &'static str {
        BUCKET
    }

    /// Creates an empty bucket, dropping one of this name first.
    ///
    /// # Errors
    /// The error of InfluxDB.
    pub fn fresh_bucket(&self, name: &str) -> Result<(), String> {
        self.query("", &format!("DROP DATABASE \"{name}\"; CREATE DATABASE \"{name}\"")).map(drop)
    }

    /// Runs `InfluxQL` in `bucket`; times are nanoseconds since 1970.
    ///
    /// # Errors
    /// The error of InfluxDB.
    pub fn query(&self, bucket: &str, influxql: &str) -> Result<Vec<Row>, String> {
        let query = http::query(&[("db", bucket), ("epoch", "ns"), ("q", influxql)]);
        let answer = http::post(self.instance.engine_port, &format!("/query?{query}"), b"")
            .map_err(|error| error.to_string())?;
        let body: Value = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
        rows(&body)
    }

    /// Writes line protocol into `bucket`, with times in nanoseconds.
    ///
    /// # Errors
    /// The error of InfluxDB.
    pub fn write(&self, bucket: &str, lines: &str) -> Result<(), String> {
        let query = http::query(&[("db", bucket), ("precision", "ns")]);
        let answer = http::post(self.instance.engine_port, &format!("/write?{query}"), lines.as_bytes());
        let answer = answer.map_err(|error| error.to_string())?;
        if answer.status == 204 { Ok(()) } else { Err(answer.body) }
    }

    /// Stops the server; its data stay.
    pub fn stop(&mut self) {
        self.front = None;
        self.process.stop();
    }

    /// Starts the server again at the same URL, after stopping it if it runs.
    ///
    /// # Errors
    /// Fails if it does not start.
    pub fn restart(&mut self) -> Result<(), Missing> {
        self.stop();
        self.process = self.instance.launch(self.instance.engine_port)?;
        self.front = Some(self.instance.front()?);
        Ok(())
    }
}

impl Instance {
    fn launch(&self, port: u16) -> Result<Process, Missing> {
        let backup_port = free_port().map_err(Missing::because(PROGRAM))?;
        let folder = self.folder.path();
        let path = folder.join("influxdb.conf");
        let text = configuration(&folder.to_string_lossy(), port, backup_port);
        fs::write(&path, text).map_err(Missing::because(PROGRAM))?;
        let command = vec![self.program.clone().into(), OsString::from("-config"), path.into()];
        let launch = Launch { program: PROGRAM, command, folder, signal: "TERM" };
        Process::start(&launch, || http::get(port, "/ping").is_ok_and(|answer| answer.status == 204))
    }

    /// The front, on the port it had before if it had one.
    fn front(&self) -> Result<Server, Missing> {
        let front = Front { engine_port: self.engine_port, org: ORG, token: self.token.clone() };
        Server::start_with(Options { port: self.front_port, log: None }, front)
            .map_err(Missing::because(PROGRAM))
    }
}

/// Minimal configuration: folders and ports, without usage reports, self-monitoring and continuous queries.
fn configuration(folder: &str, port: u16, backup_port: u16) -> String {
    format!(
        "reporting-disabled = true\n\
         bind-address = \"127.0.0.1:{backup_port}\"\n\
         [meta]\n\
         dir = \"{folder}/meta\"\n\
         [data]\n\
         dir = \"{folder}/data\"\n\
         wal-dir = \"{folder}/wal\"\n\
         [monitor]\n\
         store-enabled = false\n\
         [continuous_queries]\n\
         enabled = false\n\
         [http]\n\
         bind-address = \"127.0.0.1:{port}\"\n\
         log-enabled = false\n"
    )
}

/// Source: <https://docs.influxdata.com/influxdb/v1/tools/api/#query-http-endpoint>.
fn rows(body: &Value) -> Result<Vec<Row>, String> {
    let results = body.get("results").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let error = results.iter().chain([body]).find_map(|result| result.get("error")?.as_str());
    if let Some(error) = error {
        return Err(error.to_owned());
    }
    let series = results.iter().filter_map(|result| result.get("series")?.as_array()).flatten();
    Ok(series.flat_map(rows_of_series).collect())
}

fn rows_of_series(series: &Value) -> Vec<Row> {
    let list = |name| series.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let tags = series.get("tags").and_then(Value::as_object).cloned().unwrap_or_default();
    let row = |values: &Value| {
        let columns = list("columns").iter().filter_map(Value::as_str).map(str::to_owned);
        let cells = columns.zip(values.as_array().into_iter().flatten().cloned());
        tags.clone().into_iter().chain(cells).collect()
    };
    list("values").iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_carry_the_tags_of_their_series() {
        let body = json!({"results": [{"series": [
            {"name": "m", "tags": {"city": "Oslo"}, "columns": ["time", "v"], "values": [[1, 2.5], [2, null]]},
        ]}]});
        let rows = rows(&body).unwrap();
        assert_eq!(Value::from(rows[0].clone()), json!({"city": "Oslo", "time": 1, "v": 2.5}));
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn an_error_inside_an_answer_is_an_error() {
        assert_eq!(rows(&json!({"results": [{"error": "no such thing"}]})), Err("no such thing".into()));
    }
}

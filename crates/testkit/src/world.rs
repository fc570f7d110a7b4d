//! Environment of a program under test: a simulated source, InfluxDB and Slack, and a folder of its own.

#![expect(clippy::expect_used, reason = "this is test code, though not in a test of this crate")]

mod files;
mod store;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use http_sim::services::{InfluxDb, Paths, SlackSim};
use http_sim::{Server, Service};
use serde_json::Value;
use tempfile::TempDir;

use crate::replay::Case;
use crate::{Outcome, Program, Running, secrets};

/// The measurement of run reports.
pub(crate) const REPORTS: &str = "pipeline_runs";

/// An address where nobody listens, so that a connection to it is refused.
pub const NOBODY: &str = "http://127.0.0.1:1";

const ORG: &str = "home";
const BUCKET: &str = "readings";
const STORE_VARIABLES: [&str; 4] = ["INFLUXDB_URL", "INFLUXDB_TOKEN", "INFLUXDB_ORG", "INFLUXDB_BUCKET"];

/// Time limit of an expected event.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Environment of a program: each run sees the results of earlier runs.
///
/// The output of each run is searched for the planted [`secrets`].
#[derive(Debug)]
pub struct World {
    program: Program,
    arguments: Vec<String>,
    settings: BTreeMap<String, String>,
    source: Server,
    influxdb: InfluxDb,
    store: Server,
    slack: SlackSim,
    channel: Server,
    folder: TempDir,
}

impl World {
    /// The world of a test case: its replies, its settings, an empty store.
    pub fn of(program: &Program, case: &Case) -> Self {
        let mut world = Self::new(program, case.replies());
        world.arguments.clone_from(&case.arguments);
        world.set(&case.source, "{{base}}");
        for (name, value) in &case.settings {
            world.set(name, value);
        }
        world
    }

    /// The world of a device, which asks no service.
    pub fn without_source(program: &Program) -> Self {
        Self::new(program, Paths::new())
    }

    fn new(program: &Program, source: impl Service) -> Self {
        let influxdb = InfluxDb::new(ORG, BUCKET, secrets::TOKEN);
        let store = serve(influxdb.clone());
        let slack = SlackSim::new(secrets::BOT);
        let mut world = Self {
            program: program.clone(),
            arguments: Vec::new(),
            settings: BTreeMap::new(),
            source: serve(source),
            influxdb,
            store,
            channel: serve(slack.clone()),
            slack,
            folder: files::folder(),
        };
        world.set_defaults();
        world
    }

    /// Sets a variable of the program; an empty value takes it away.
    ///
    /// `{{base}}`, `{{influxdb}}` and `{{slack}}` stand for the addresses of the simulators, `{{secret}}` and
    /// `{{token}}` for the planted secrets, `{{folder}}` for the folder.
    pub fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            self.settings.remove(name);
        } else {
            let value =
                self.names().iter().fold(value.to_owned(), |text, (name, value)| text.replace(name, value));
            self.settings.insert(name.to_owned(), value);
        }
    }

    /// Takes the InfluxDB away, so that the embedded store is used.
    pub fn use_embedded_store(&mut self) {
        for name in STORE_VARIABLES {
            self.set(name, "");
        }
    }

    /// Serves the replies of `case` from now on, as if they had never been asked for.
    pub fn replace_source(&mut self, case: &Case) {
        self.serve_as_source(&case.source, case.replies());
    }

    /// Puts another source in place, at an address of its own.
    pub fn serve_as_source(&mut self, variable: &str, source: impl Service) {
        self.source = serve(source);
        self.set(variable, "{{base}}");
    }

    /// Puts another store in place, at an address of its own.
    pub fn serve_as_store(&mut self, store: impl Service) {
        self.store = serve(store);
        self.set("INFLUXDB_URL", "{{influxdb}}");
    }

    /// The simulated source.
    pub fn source(&self) -> &Server {
        &self.source
    }

    /// The server of the simulated InfluxDB.
    pub fn store(&self) -> &Server {
        &self.store
    }

    /// The server of the simulated Slack.
    pub fn channel(&self) -> &Server {
        &self.channel
    }

    /// The simulated InfluxDB. A clone shares its contents.
    pub fn influxdb(&self) -> &InfluxDb {
        &self.influxdb
    }

    /// Runs the program to its end, with `arguments` behind those of the test case.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.end(self.start(arguments))
    }

    /// Takes away the arguments of the test case, so that those of a call stand alone.
    pub fn forget_arguments(&mut self) {
        self.arguments.clear();
    }

    /// Runs the program as [`World::start_with_file_limit`] starts it.
    pub fn run_with_file_limit(&self, bytes: u32) -> Outcome {
        self.end(self.start_with_file_limit(bytes))
    }

    /// Starts the program while no file may grow beyond `bytes`: as near to a full disk as one comes without root.
    pub fn start_with_file_limit(&self, bytes: u32) -> Running {
        // Half a kilobyte is the unit of POSIX. Ignored, the signal leaves an error of the call that wrote.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", bytes.div_ceil(512));
        let program = self.program.command();
        let mut command = commands::shell();
        command.args(["-c", &script]).arg(program.get_program()).args(program.get_args());
        self.start_as(command, &[])
    }

    /// Starts the program.
    pub fn start(&self, arguments: &[&str]) -> Running {
        self.start_as(self.program.command(), arguments)
    }

    /// Waits for the end of a program started here, and searches for secrets.
    pub fn end(&self, running: Running) -> Outcome {
        let outcome = running.end();
        let leaks = self.leaks(&outcome);
        assert!(leaks.is_empty(), "{}\n{}", leaks.join("\n"), outcome.stderr);
        outcome
    }

    /// The text without what differs from run to run: the addresses of the simulators, the folder.
    pub fn anonymous(&self, text: &str) -> String {
        self.names().iter().fold(text.to_owned(), |text, (name, value)| text.replace(value, name))
    }

    /// The run report of the last run, as it was left for the orchestrator.
    pub fn report(&self) -> Option<Value> {
        let text = std::fs::read_to_string(self.xcom()).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The texts of the alerts so far, title first.
    pub fn alerts(&self) -> Vec<String> {
        let text =
            |message: &Value| message.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.slack.messages().iter().map(text).collect()
    }

    fn start_as(&self, mut command: Command, arguments: &[&str]) -> Running {
        command.args(&self.arguments).args(arguments).env_clear().envs(&self.settings);
        command.current_dir(self.folder.path());
        Running::start(&mut command).expect("the program starts")
    }

    fn set_defaults(&mut self) {
        for (name, value) in [
            ("INFLUXDB_URL", "{{influxdb}}"),
            ("INFLUXDB_TOKEN", "{{token}}"),
            ("INFLUXDB_ORG", ORG),
            ("INFLUXDB_BUCKET", BUCKET),
            ("SLACK_WEBHOOK_URL", "{{slack}}"),
            ("SQLITE_PATH", "{{folder}}/data/platform.db"),
            ("SPOOL_DIR", "{{folder}}/data/spool"),
            ("TERMINATION_LOG", "{{folder}}/report/termination-log"),
            ("XCOM_FILE", "{{folder}}/report/xcom.json"),
            // Too short for a retry.
            ("RETRY_BUDGET_SECONDS", "0.001"),
        ] {
            self.set(name, value);
        }
    }

    /// Placeholders in settings and golden files, with their values.
    fn names(&self) -> [(&'static str, String); 6] {
        [
            ("{{base}}", self.source.url().to_owned()),
            ("{{influxdb}}", self.store.url().to_owned()),
            ("{{slack}}", format!("{}{}", self.channel.url(), SlackSim::WEBHOOK)),
            ("{{folder}}", self.folder().display().to_string()),
            ("{{secret}}", secrets::KEY.to_owned()),
            ("{{token}}", secrets::TOKEN.to_owned()),
        ]
    }
}

/// Waits until something is seen.
#[track_caller]
pub fn until(what: &str, mut seen: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !seen() {
        assert!(Instant::now() < end, "{what} was not seen within {} s", PATIENCE.as_secs());
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn serve(service: impl Service) -> Server {
    Server::start(service).expect("the loopback address has a free port")
}

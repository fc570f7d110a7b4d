//! The shipped program with a prepared store.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::http::{self, Answer};
use crate::stage::Stage;

/// The running program. It is killed when this is dropped.
pub struct Server {
    /// Its store.
    pub stage: Stage,
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts the program on a free port, with further variables set.
    pub fn start(stage: Stage, variables: &[(&str, &str)]) -> Self {
        let mut child = commands::built(env!("CARGO_BIN_EXE_status-page"))
            .env_clear()
            .envs(stage.variables.iter().map(|(name, value)| (*name, value)))
            .env("SPOOL_DIR", stage.path().with_file_name("spool"))
            .env("LISTEN", "127.0.0.1:0")
            .env("LOG_FORMAT", "json")
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut lines = log.lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            line["address"].as_str()?.parse().ok()
        });
        // Reads the log, so that the program never blocks on it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { stage, child, address: address.expect("the log has the address") }
    }

    /// Address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Gets a path.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    /// Gets JSON.
    pub fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// Sends a request without a body. `headers` are whole lines.
    pub fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        http::send(self.address, &format!("{method} {path}"), headers, "")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

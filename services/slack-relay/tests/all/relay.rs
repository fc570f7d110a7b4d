//! The shipped program with a simulated Slack.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use http_sim::Server;
use serde_json::Value;

/// Time limit of a step.
const PATIENCE: Duration = Duration::from_secs(30);

/// The shipped program. It is killed when this is dropped.
pub struct Relay {
    child: Child,
    address: SocketAddr,
}

/// Response of the relay.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Relay {
    /// Starts the program on a free port, with its queue in `folder` and further variables set.
    pub fn start(folder: &Path, slack: &Server, variables: &[(&str, &str)]) -> Self {
        let mut child = commands::built(env!("CARGO_BIN_EXE_slack-relay"))
            .env_clear()
            .env("SPOOL_DIR", folder.join("spool"))
            .env("SQLITE_PATH", folder.join("platform.db"))
            .env("LISTEN", "127.0.0.1:0")
            .env("LOG_FORMAT", "json")
            .env("ACCESS_TOKEN", "planted-token")
            .env("SLACK_TOKEN", "xoxb-token")
            .env("SLACK_URL", slack.url())
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            line["address"].as_str()?.parse().ok()
        });
        // Reads the log, so that the program never blocks on it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.expect("the log has the address") }
    }

    /// Posts with the token.
    pub fn post(&self, path: &str, media_type: &str, body: &str) -> Answer {
        self.ask(
            "POST",
            path,
            &format!("Authorization: Bearer planted-token\r\nContent-Type: {media_type}\r\n"),
            body,
        )
    }

    /// Posts JSON, which must be accepted.
    pub fn take(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, "application/json", &body.to_string());
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    /// Sends a request. `headers` are whole lines.
    pub fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}");
        write!(stream, "{head}Content-Length: {}\r\n\r\n", body.len()).unwrap();
        // The server may answer and close before it has read a body that is too large.
        let _ = stream.write_all(body.as_bytes());
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        let text = String::from_utf8(text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    /// Kills the program, like a crash.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops the program like an orchestrator, and returns its exit code.
    pub fn terminate(mut self) -> Option<i32> {
        assert!(commands::signal("TERM", self.child.id()));
        self.child.wait().unwrap().code()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! A program in a container.

use std::collections::BTreeMap;

use crate::engine::{CONFINED, docker, image, output};
use crate::network::Network;

/// Call of a program in a container.
pub struct Call<'a> {
    network: &'a Network,
    program: &'a str,
    settings: BTreeMap<String, String>,
    options: Vec<String>,
}

/// A container that runs, or has run. The network removes it.
pub struct Container(pub String);

/// Exit code and output of a program.
#[derive(Debug)]
pub struct Ended {
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl<'a> Call<'a> {
    pub fn new(network: &'a Network, program: &'a str) -> Self {
        Self { network, program, settings: BTreeMap::new(), options: Vec::new() }
    }

    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.insert(name.to_owned(), value.into());
        self
    }

    /// An option of `docker run`.
    pub fn option(mut self, option: impl Into<String>) -> Self {
        self.options.push(option.into());
        self
    }

    /// Runs it to its end.
    pub fn run(self, arguments: &[&str]) -> Ended {
        let words = self.words("--rm", arguments);
        let output = output(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended { exit: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Starts it.
    pub fn start(self, arguments: &[&str]) -> Container {
        let words = self.words("--detach", arguments);
        Container(docker(&words.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    fn words(self, how: &str, arguments: &[&str]) -> Vec<String> {
        let network = [format!("--network={}", self.network.name), format!("--label={}", self.network.name)];
        let settings = self.settings.iter().map(|(name, value)| format!("--env={name}={value}"));
        let owned = |text: &&str| (*text).to_owned();
        let mut words: Vec<_> = ["run", how].iter().chain(&CONFINED).map(owned).collect();
        words.extend(network.into_iter().chain(settings).chain(self.options));
        words.push(image(self.program));
        words.extend(arguments.iter().map(owned));
        words
    }
}

impl Container {
    /// Asks it to end, as every orchestrator does, and gives its exit code: 137 if it had to be killed.
    pub fn stop(&self) -> i32 {
        docker(&["stop", "--time", "30", &self.0]);
        self.inspect("{{.State.ExitCode}}").parse().unwrap()
    }

    pub fn inspect(&self, what: &str) -> String {
        docker(&["inspect", "--format", what, &self.0])
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        let output = output(&["logs", &self.0]);
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    /// Waits until something is seen while it runs.
    pub fn until(&self, what: &str, mut seen: impl FnMut() -> bool) {
        testkit::world::until(what, || {
            assert_eq!(self.inspect("{{.State.Running}}"), "true", "it has ended\n{}", self.log());
            seen()
        });
    }
}

//! Tests of the program.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Output, Stdio};

use crate::client::get;

struct Running {
    child: Child,
    lines: Vec<String>,
}

impl Running {
    /// Starts the program and reads a number of lines from it.
    fn start(arguments: &[&str], lines: usize) -> Self {
        let mut command = commands::built(env!("CARGO_BIN_EXE_http-sim"));
        let mut child = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let lines = out.lines().take(lines).map(Result::unwrap).collect();
        Self { child, lines }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(arguments: &[&str]) -> Output {
    commands::built(env!("CARGO_BIN_EXE_http-sim")).args(arguments).output().unwrap()
}

#[test]
fn services_answer_at_the_printed_addresses() {
    let program = Running::start(
        &[
            "--service",
            "nws",
            "--service",
            "openweather=K",
            "--service=influxdb",
            "--clock=2026-03-01T00:00:00Z",
        ],
        4,
    );
    let base = &program.lines[0];
    assert_eq!(
        program.lines[1..],
        ["nws", "openweather", "influxdb"].map(|name| format!("{name} {base}/{name}"))
    );
    let weather = get(&format!("{base}/openweather/data/2.5/weather?q=Oslo&appid=K")).json();
    assert_eq!(weather["dt"], 1_772_323_200);
    let point = get(&format!("{base}/nws/points/40,-100")).json();
    let link = point["properties"]["forecastHourly"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&format!("{base}/nws/gridpoints/")), "{link}");
    assert_eq!(get(&link).status, 200);
}

#[test]
fn a_service_alone_is_at_the_root_too_and_steps_through_time() {
    let arguments = ["--service=openweather", "--clock=2026-03-01T00:00:00Z", "--step=1h", "--fault=503:1"];
    let program = Running::start(&arguments, 1);
    let url = format!("{}/data/2.5/weather?q=Oslo&appid=demo-key", program.lines[0]);
    assert_eq!(get(&url).status, 503);
    let times = [(); 2].map(|()| get(&url).json()["dt"].as_i64().unwrap());
    assert_eq!(times[1] - times[0], 3600);
}

#[test]
fn files_are_served_and_requests_logged() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("response.json"), "{}").unwrap();
    let (path, log) = (folder.path().to_str().unwrap(), folder.path().join("requests.log"));
    let program = Running::start(&["--files", path, "--log", log.to_str().unwrap()], 1);
    assert_eq!(get(&format!("{}/a?b=c", program.lines[0])).text(), "{}");
    let line = std::fs::read_to_string(log).unwrap();
    let logged: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&logged["method"], &logged["target"]), (&"GET".into(), &"/a?b=c".into()));
    assert_eq!(logged["headers"]["user-agent"], "test");
}

#[test]
fn wrong_arguments_exit_with_2_and_a_message() {
    let output = run(&["--service", "weather"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("known are nws, openweather"));
    let output = run(&["--service", "nws", "--fault", "explode"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("there are: 400, 401"));
}

#[test]
fn help_and_version_go_to_stdout() {
    assert!(String::from_utf8(run(&["--help"]).stdout).unwrap().contains("--fault <KIND[:N][@PATH]>"));
    assert!(String::from_utf8(run(&["--version"]).stdout).unwrap().starts_with("http-sim 0."));
}

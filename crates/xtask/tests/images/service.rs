//! A service: it runs until SIGTERM, as a user with a number and no name, as the first process of its container.

use std::fs;

use http_sim::Server;
use http_sim::services::{OpenWeatherSim, SlackSim};

use crate::container::{Call, Container};
use crate::engine::{JOB, SERVICE, docker};
use crate::network::Network;

const TOKEN: &str = "xoxb-a-token-for-tests";

/// The relay to a Slack that is on the network, ready to serve.
fn relay(network: &Network, slack: &Server) -> Container {
    network.open("slack", 8080, slack.url());
    let call = Call::new(network, SERVICE).set("SLACK_URL", "http://slack:8080").set("SLACK_TOKEN", TOKEN);
    let call = call.set("ACCESS_TOKEN", "a-long-token-for-callers").set("LISTEN", "0.0.0.0:8080");
    let relay = call.option("--tmpfs=/data:uid=65532").option("--network-alias=relay").start(&[]);
    relay.until("the relay at work", || relay.log().contains("\"message\":\"listening\""));
    relay
}

#[test]
fn a_service_exits_0_on_sigterm() {
    let network = Network::new();
    let slack = Server::start(SlackSim::new(TOKEN)).unwrap();
    let relay = relay(&network, &slack);
    assert_eq!(relay.stop(), 0, "{}", relay.log());
}

#[test]
fn one_program_reaches_another_by_its_name() {
    let network = Network::new();
    let slack = Server::start(SlackSim::new(TOKEN)).unwrap();
    let source = Server::start(OpenWeatherSim::new("key")).unwrap();
    let _relay = relay(&network, &slack);
    network.open("openweather", 8080, source.url());
    let job =
        Call::new(&network, JOB).set("OPENWEATHER_URL", "http://openweather:8080").set("CITY", "Seattle");
    let job = job.set("OPENWEATHER_KEY", "key").set("HEARTBEAT_URL", "http://relay:8080/ping");
    let ended = job.set("LOG_LEVEL", "debug").option("--tmpfs=/data:uid=65532").run(&[]);
    assert_eq!(ended.exit, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("\"level\":\"warn\""), "{}", ended.stderr);
}

#[test]
fn the_program_is_process_1_of_nobody_and_may_nothing() {
    let network = Network::new();
    let slack = Server::start(SlackSim::new(TOKEN)).unwrap();
    let relay = relay(&network, &slack);
    let status = fs::read_to_string(format!("/proc/{}/status", relay.inspect("{{.State.Pid}}"))).unwrap();
    let value = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(value("Uid"), ["65532"; 4]);
    assert_eq!(value("Gid"), ["65532"; 4]);
    assert_eq!(value("CapEff"), ["0000000000000000"]);
    assert_eq!(value("CapBnd"), ["0000000000000000"]);
    assert_eq!(value("NoNewPrivs"), ["1"]);
    assert_eq!(value("NSpid").last().map(String::as_str), Some("1"));
    assert_eq!(docker(&["top", &relay.0]).lines().count(), 2, "one process, under a headline");
}

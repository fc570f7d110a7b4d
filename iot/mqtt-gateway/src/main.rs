//! Stores messages that devices publish over MQTT.

use std::process::ExitCode;

use mqtt_gateway::config::Config;
use mqtt_gateway::{bridge, check};
use runner::{Device, Failure, program};

const CHECK_ARGUMENTS: [&str; 2] = ["TOPIC", "PAYLOAD"];

fn main() -> ExitCode {
    let program = program!().check_takes(&CHECK_ARGUMENTS, "explain how a message is mapped");
    runner::device(program, run)
}

async fn run(device: &Device<Config>) -> Result<(), Failure> {
    match device.check() {
        Some(asked) => check::check(device, &asked).await,
        None => bridge::run(device).await,
    }
}

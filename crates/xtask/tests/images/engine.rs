//! The Docker engine that `DOCKER_HOST` names, and the images in it.

use std::process::Output;

use testkit::Requirement;

/// The programs that stand for all: a job, a service, a device.
pub const JOB: &str = "openweather-current";
pub const SERVICE: &str = "slack-relay";
pub const DEVICE: &str = "mqtt-gateway";

/// Options of containers, besides a network.
pub const CONFINED: [&str; 4] =
    ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--pull=never"];

/// The image of a program.
pub fn image(program: &str) -> String {
    images().replace('*', program)
}

/// The images of all programs that are there.
pub fn all_images() -> Vec<String> {
    let pattern = images();
    let (before, after) = pattern.split_once('*').unwrap();
    let list = docker(&["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
    let is_ours = |name: &&str| name.starts_with(before) && name.ends_with(after);
    list.lines().filter(is_ours).map(str::to_owned).collect()
}

fn images() -> String {
    std::env::var("IMAGES")
        .expect("`cargo xtask test images` runs this, and says in IMAGES which images are there")
}

/// Runs `docker` and gives what it prints.
pub fn docker(arguments: &[&str]) -> String {
    let output = output(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "docker {}: {errors}", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Runs `docker`, however it ends.
pub fn output(arguments: &[&str]) -> Output {
    Requirement::Docker.command().unwrap().args(arguments).output().unwrap()
}

/// Output of `cargo xtask image`, with the cargo profile of the images that are there.
pub fn xtask(arguments: &[&str]) -> String {
    let profile = std::env::var("IMAGES_PROFILE").unwrap();
    let mut xtask = commands::built(env!("CARGO_BIN_EXE_xtask"));
    let output = xtask.args(["image", "--profile", &profile]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

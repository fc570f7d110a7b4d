//! Images in a registry: pushed by their digests, one architecture at a time, and joined to tags.

use serde_json::Value;
use testkit::Requirement;
use testkit::servers::Registry;

use crate::engine::{JOB, docker, xtask};

/// The machine's own architecture is pushed: its program is there already.
#[test]
fn an_image_pushed_by_digest_is_pulled_by_tag() {
    let registry = Registry::start().unwrap();
    let place = format!("{}/platform", registry.address());
    let own = docker(&["version", "--format", "{{.Server.Arch}}"]);
    let pushed = xtask(&[JOB, "--arch", &own, "--push", "--registry", &place]);
    let (name, digest) = pushed.split_once('@').unwrap();
    assert_eq!(name, format!("{place}/{JOB}"));

    let joined = xtask(&[JOB, "--join", digest, "--tag", "1.2.3", "--tag", "latest", "--registry", &place]);
    for tag in ["1.2.3", "latest"] {
        let reference = format!("{name}:{tag}");
        let raw = Requirement::Skopeo
            .command()
            .unwrap()
            .args(["inspect", "--raw", "--tls-verify=false", &format!("docker://{reference}")])
            .output()
            .unwrap();
        let index: Value = serde_json::from_slice(&raw.stdout).unwrap();
        assert_eq!(index["manifests"][0]["digest"], digest);
        assert_eq!(index["manifests"][0]["platform"]["architecture"], own.as_str());
        docker(&["pull", "--quiet", &reference]);
        let known_as = docker(&["image", "inspect", "--format", "{{index .RepoDigests 0}}", &reference]);
        assert_eq!(known_as, joined);
        let version = docker(&["run", "--rm", "--network=none", &reference, "--version"]);
        assert!(version.starts_with(JOB), "{version}");
        docker(&["image", "rm", &reference]);
    }
}

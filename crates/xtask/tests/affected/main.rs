//! `cargo xtask affected` on a scratch repository: what each kind of change rebuilds, and what it does not.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod scratch;

use scratch::Scratch;

const NONE: [&str; 0] = [];

#[test]
fn nothing_changed_rebuilds_nothing() {
    let scratch = Scratch::new();
    assert_eq!(scratch.names(), NONE);
    let matrix = scratch.affected(scratch.base(), &["--matrix"]);
    assert!(matrix.status.success());
    assert_eq!(String::from_utf8(matrix.stdout).unwrap(), "{\"include\":[]}\n");
}

#[test]
fn a_shared_crate_rebuilds_only_its_dependents() {
    let scratch = Scratch::new();
    scratch.write("crates/sea/src/lib.rs", "pub fn salt() {}\n");
    assert_eq!(scratch.names(), ["tides"]);
    scratch.write("crates/base/src/lib.rs", "pub fn depth() {}\n");
    let reasons = scratch.reasons();
    assert_eq!(reasons.keys().collect::<Vec<_>>(), ["tides", "waves"]);
    assert_eq!(reasons["waves"], "crates/base/src/lib.rs");
}

#[test]
fn committed_and_uncommitted_changes_count_alike() {
    let scratch = Scratch::new();
    scratch.write("crates/sea/src/salt.rs", "");
    assert_eq!(scratch.names(), ["tides"], "a new file that git does not know");
    scratch.commit();
    assert_eq!(scratch.names(), ["tides"]);
}

#[test]
fn pages_tests_and_tools_rebuild_nothing() {
    let scratch = Scratch::new();
    scratch.write("README.md", "# Tides\n");
    scratch.write("docs/operating.md", "# Operating\n");
    scratch.write("crates/base/README.md", "# The base\n");
    scratch.write("crates/base/tests/claims.rs", "#[test]\nfn holds() {}\n");
    scratch.write("pipelines/tides/testcases/typical/loaded.lp", "tides level=1\n");
    scratch.write("docker/compose.yaml", "services: { a: {} }\n");
    scratch.write(".github/workflows/ci.yaml", "on: push\n");
    scratch.replace("Cargo.toml", "forbid", "deny");
    scratch.replace("Cargo.toml", "[profile.release]", "[profile.dev]\ndebug = false\n\n[profile.release]");
    scratch.replace("pipelines/tides/Cargo.toml", "7 * * * *", "9 * * * *");
    scratch.replace("rust-toolchain.toml", "\"rustfmt\"", "\"rustfmt\", \"rust-src\"");
    assert_eq!(scratch.names(), NONE);
}

#[test]
fn build_settings_rebuild_everything() {
    for (path, from, to) in [
        ("Cargo.toml", "opt-level = \"s\"", "opt-level = \"z\""),
        ("Cargo.toml", "version = \"0.1.0\"", "version = \"0.2.0\""),
        ("docker/Dockerfile", "FROM scratch\n", "FROM scratch\nLABEL a=b\n"),
        (".cargo/config.toml", "[source.crates-io]", "[build]\nrustflags = [\"-g\"]\n\n[source.crates-io]"),
    ] {
        let scratch = Scratch::new();
        scratch.replace(path, from, to);
        scratch.lock();
        let reasons = scratch.reasons();
        assert_eq!(reasons.keys().collect::<Vec<_>>(), ["tides", "waves"], "{path}: {to}");
        assert!(reasons["tides"].contains(path), "{reasons:?}");
    }
}

#[test]
fn a_file_that_the_image_takes_in_rebuilds_everything() {
    let scratch = Scratch::new();
    scratch.write("docker/root/etc/passwd", "nobody:x:65532:65532::/:\n");
    assert_eq!(scratch.names(), ["tides", "waves"]);
}

#[test]
fn a_package_of_the_registry_rebuilds_its_dependents() {
    let scratch = Scratch::new();
    scratch.replace("Cargo.toml", "inside = \"=1.0.0\"", "inside = \"1\"");
    scratch.lock();
    let before = scratch.commit();
    let update = ["update", "--offline", "--package", "inside", "--precise", "1.0.1"];
    assert!(commands::cargo().current_dir(scratch.root()).args(update).status().unwrap().success());
    let answer = scratch.answer(&before);
    assert_eq!(answer["programs"].as_array().unwrap().len(), 1);
    assert_eq!(answer["programs"][0]["name"], "waves");
    assert_eq!(answer["programs"][0]["reason"], "inside 1.0.1 of Cargo.lock");
}

#[test]
fn a_package_that_only_tests_link_rebuilds_nothing() {
    let scratch = Scratch::new();
    scratch.replace("Cargo.toml", "outside = \"=1.0.0\"", "outside = \"=1.0.1\"");
    scratch.lock();
    assert!(scratch.git(&["diff", "--name-only"]).contains("Cargo.lock"));
    assert_eq!(scratch.names(), NONE);
}

#[test]
fn another_version_in_the_workspace_rebuilds_its_dependents() {
    let scratch = Scratch::new();
    scratch.replace("Cargo.toml", "inside = \"=1.0.0\"", "inside = { version = \"=1.0.0\", features = [] }");
    let reasons = scratch.reasons();
    assert_eq!(reasons.keys().collect::<Vec<_>>(), ["waves"]);
    assert_eq!(reasons["waves"], "`inside` in [workspace.dependencies] of Cargo.toml");
}

#[test]
fn a_moved_folder_rebuilds_its_dependents() {
    let scratch = Scratch::new();
    scratch.replace("Cargo.toml", "\"crates/*\"", "\"crates/*\", \"water/*\"");
    scratch.replace("Cargo.toml", "sea = { path = \"crates/sea\" }", "sea = { path = \"water/sea\" }");
    scratch.rename("crates/sea", "water/sea");
    assert_eq!(scratch.names(), ["tides"]);
}

#[test]
fn a_program_that_moves_is_built_and_is_not_deleted() {
    let scratch = Scratch::new();
    scratch.replace("Cargo.toml", "\"pipelines/*\"", "\"pipelines/*\", \"iot/*\"");
    scratch.rename("pipelines/waves", "iot/waves");
    let answer = scratch.answer(scratch.base());
    assert_eq!(answer["programs"][0]["folder"], "iot/waves");
    assert_eq!(answer["deleted"].as_array().unwrap().len(), 0);
}

#[test]
fn a_program_that_is_deleted_is_named_and_not_built() {
    let scratch = Scratch::new();
    scratch.remove("pipelines/waves");
    scratch.lock();
    let answer = scratch.answer(scratch.base());
    assert_eq!(answer["programs"].as_array().unwrap().len(), 0);
    assert_eq!(answer["deleted"], serde_json::json!(["waves"]));
}

#[test]
fn one_more_architecture_is_built() {
    let scratch = Scratch::new();
    let schedule = "schedule = \"7 * * * *\"";
    scratch.replace("pipelines/tides/Cargo.toml", schedule, "architectures = [\"arm64\"]");
    let matrix = scratch.affected(scratch.base(), &["--matrix"]);
    let matrix: serde_json::Value = serde_json::from_slice(&matrix.stdout).unwrap();
    let entry = serde_json::json!([
        { "architecture": "arm64", "programs": "tides", "runner": "ubuntu-24.04-arm", "shard": 1 }
    ]);
    assert_eq!(matrix["include"], entry);
}

#[test]
fn where_nothing_can_be_compared_everything_is_built() {
    let scratch = Scratch::new();
    for unknown in ["0000000000000000000000000000000000000000", "6b5c8ab1d0c4c5c0bb9b2d0a8b1c2d3e4f506172"] {
        assert_eq!(scratch.answer(unknown)["programs"].as_array().unwrap().len(), 2, "{unknown}");
    }
}

#[test]
fn a_push_plans_changed_programs_and_a_manual_run_the_named_ones() {
    let scratch = Scratch::new();
    scratch.write("crates/sea/src/lib.rs", "pub fn salt() {}\n");
    let pushed = scratch.plan(scratch.base(), "").unwrap();
    assert!(pushed.starts_with("any=true\narm64=true\nbuilds={\"include\":["), "{pushed}");
    assert!(pushed.ends_with("programs=tides\n"), "{pushed}");
    let named = scratch.plan("", "waves").unwrap();
    assert!(named.ends_with("programs=waves\n"), "{named}");
    assert!(scratch.plan("", "").unwrap().ends_with("programs=tides waves\n"));
    assert!(scratch.plan("", "ripples").unwrap_err().contains("there is no program `ripples`"));
    scratch.commit();
    assert_eq!(
        scratch.plan("HEAD", "").unwrap(),
        "any=false\narm64=false\nbuilds={\"include\":[]}\nprograms=\n"
    );
}

#[test]
fn a_clone_without_history_is_an_error_and_not_a_rebuild() {
    let scratch = Scratch::new();
    scratch.write("crates/base/src/lib.rs", "pub fn depth() {}\n");
    scratch.commit();
    let clone = tempfile::TempDir::new().unwrap();
    let source = format!("file://{}", scratch.root().display());
    let target = clone.path().join("clone");
    scratch.git(&["clone", "--quiet", "--depth", "1", &source, target.to_str().unwrap()]);
    let mut xtask = commands::built(env!("CARGO_BIN_EXE_xtask"));
    xtask.args(["affected", "--since", scratch.base()]).current_dir(&target);
    let output = xtask.env("CARGO_MANIFEST_DIR", target.join("crates/xtask")).output().unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("has no history"), "{message}");
}

//! Files and labels of an image.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::engine::{CONFINED, JOB, all_images, docker, image, output, xtask};

/// Files that the engine itself adds to a container.
const OF_THE_ENGINE: [&str; 5] = [".dockerenv", "dev/", "etc/", "proc/", "sys/"];

/// Path, owner and mode of each file in a container of the image.
fn files(image: &str) -> BTreeMap<String, (u64, u32)> {
    let container = docker(&["create", image]);
    let archive = output(&["export", &container]).stdout;
    docker(&["rm", &container]);
    let mut archive = tar::Archive::new(archive.as_slice());
    let file = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        (path, (entry.header().uid().unwrap(), entry.header().mode().unwrap() & 0o777))
    };
    let is_ours = |path: &str| !OF_THE_ENGINE.iter().any(|prefix| path.starts_with(prefix));
    archive.entries().unwrap().map(file).filter(|(path, _)| is_ours(path)).collect()
}

fn configuration(image: &str) -> Value {
    let text = docker(&["image", "inspect", "--format", "{{json .Config}}", image]);
    let all: Value = serde_json::from_str(&text).unwrap();
    let names =
        ["User", "WorkingDir", "Entrypoint", "Cmd", "StopSignal", "Labels", "Volumes", "ExposedPorts"];
    names.iter().map(|name| ((*name).to_owned(), all[name].clone())).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn an_image_holds_its_program_and_a_folder_and_nothing_else() {
    let expected = [("data/".to_owned(), (65532, 0o755)), ("program".to_owned(), (0, 0o755))];
    assert_eq!(files(&image(JOB)), BTreeMap::from(expected));
}

/// The program in an image.
fn program(image: &str) -> Vec<u8> {
    let container = docker(&["create", image]);
    let archive = output(&["cp", &format!("{container}:/program"), "-"]).stdout;
    docker(&["rm", &container]);
    let mut archive = tar::Archive::new(archive.as_slice());
    let mut bytes = Vec::new();
    archive.entries().unwrap().next().unwrap().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// Names in the list that `cargo audit bin` and its like read from a program.
fn listed(program: &[u8]) -> Vec<String> {
    let mut text = String::new();
    let packed = auditable_extract::raw_auditable_data(program).unwrap();
    flate2::read::ZlibDecoder::new(packed).read_to_string(&mut text).unwrap();
    names(&serde_json::from_str::<Value>(&text).unwrap()["packages"])
}

fn names(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_program_and_its_bill_of_materials_list_its_dependencies() {
    let folder = tempfile::tempdir().unwrap();
    let own = docker(&["version", "--format", "{{.Server.Arch}}"]);
    xtask(&[JOB, "--arch", &own, "--oci", folder.path().to_str().unwrap()]);
    let bill = fs::read(folder.path().join(format!("{JOB}.{own}.cdx.json"))).unwrap();
    let bill: Value = serde_json::from_slice(&bill).unwrap();
    let (components, listed) = (names(&bill["components"]), listed(&program(&image(JOB))));
    for name in ["rustls", "rusqlite", "openweather"] {
        assert!(components.contains(&name.to_owned()) && listed.contains(&name.to_owned()), "{name}");
    }
    let foreign = ["glibc", "rust", "sqlite"];
    let unknown: Vec<_> = components.iter().filter(|name| !listed.contains(name)).collect();
    assert_eq!(unknown, foreign, "what is no crate, and nothing else, is in the bill alone");
    for name in ["http-sim", "testkit", "syn"] {
        assert!(!components.contains(&name.to_owned()), "{name} is linked into no program");
    }
    for component in bill["components"].as_array().unwrap() {
        assert!(component["licenses"][0]["expression"].is_string(), "{component}");
    }
}

#[test]
fn every_image_has_labels() {
    let images = all_images();
    assert!(!images.is_empty());
    for image in images {
        let labels = configuration(&image)["Labels"].clone();
        let label = |name: &str| {
            labels[format!("org.opencontainers.image.{name}")].as_str().unwrap_or_default().to_owned()
        };
        let output_of = |argument| {
            docker(&[&["run", "--rm", "--network=none"], &CONFINED[..], &[&image, argument]].concat())
        };
        assert_eq!(output_of("--version"), format!("{} {}", label("title"), label("version")));
        let described: Value = serde_json::from_str(&output_of("--describe")).unwrap();
        assert_eq!(described["name"], json!(label("title")));
        assert_eq!(described["description"], json!(label("description")));
        assert!(label("revision").len() >= 40 && label("created").ends_with('Z'), "{labels}");
    }
}

#[test]
fn the_dockerfile_makes_the_same_image() {
    let ours = image(JOB);
    let expected = configuration(&ours);
    let label = |name: &str| {
        expected["Labels"][format!("org.opencontainers.image.{name}")].as_str().unwrap_or_default()
    };
    let mut arguments = vec!["TARGETARCH=amd64".to_owned(), format!("PROGRAM={JOB}")];
    for name in ["description", "version", "revision", "created", "source", "licenses"] {
        arguments.push(format!("{}={}", name.to_uppercase(), label(name)));
    }
    let context = PathBuf::from(std::env::var_os("IMAGES_CONTEXT").unwrap());
    let recipe = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docker/Dockerfile");
    let theirs = format!("{ours}-by-dockerfile");
    let mut words = vec!["build", "--quiet", "--tag", &theirs, "--file", recipe.to_str().unwrap()];
    words.extend(arguments.iter().flat_map(|argument| ["--build-arg", argument.as_str()]));
    words.push(context.to_str().unwrap());
    docker(&words);
    let (made, listed) = (configuration(&theirs), files(&theirs));
    docker(&["image", "rm", &theirs]);
    assert_eq!(made, expected);
    assert_eq!(listed, files(&ours));
}

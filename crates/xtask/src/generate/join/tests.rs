//! Manifests and programs that are refused when they are joined, and the result of those that fit.

mod bindings;

use crate::generate::model::Architecture;
use crate::generate::sample;

/// The mistakes of a manifest of `tides`, as lines without the file and the table that all have.
fn mistakes(manifest: &str) -> Vec<String> {
    mistakes_of("job", "pipelines/tides", manifest)
}

fn mistakes_of(kind: &str, folder: &str, manifest: &str) -> Vec<String> {
    let name = folder.rsplit('/').next().unwrap();
    let own = [
        sample::variable("TIDES_KEY", &["secret"]),
        sample::variable("MEASUREMENT", &["also OLD_MEASUREMENT"]),
    ];
    let own: Vec<_> = own.iter().map(String::as_str).collect();
    let description = sample::description(name, kind, &own);
    let lines = sample::joined(sample::WORKSPACE, vec![(folder, manifest, description)]).1;
    let prefix = format!("{folder}/Cargo.toml: package.metadata.pipeline.");
    lines.into_iter().map(|line| line.strip_prefix(&prefix).map_or(line.clone(), str::to_owned)).collect()
}

fn job(lines: &str) -> String {
    format!("[package.metadata.pipeline]\nschedule = \"7 * * * *\"\n{lines}")
}

#[test]
fn a_program_has_the_values_of_its_manifest_or_the_defaults() {
    let model = sample::model();
    let tides = model.program("tides").unwrap();
    let schedule = tides.schedule.as_ref().unwrap();
    assert_eq!((schedule.time_zone.as_str(), schedule.deadline_seconds), ("Europe/Berlin", 120));
    assert_eq!(tides.image, "registry.example/lego/tides:0.1.0");
    assert_eq!(tides.egress, [443, 8086]);
    assert_eq!(tides.storage.unwrap().to_string(), "128Mi");
    let page = model.program("page").unwrap();
    assert_eq!((page.storage, page.egress.as_slice()), (None, &[5432][..]));
    assert_eq!(model.program("dust").unwrap().architectures, [Architecture::Arm64]);
}

#[test]
fn where_a_program_is_put_decides_the_rest() {
    let model = sample::model();
    let placement = |program: &str| model.program(program).unwrap().placement("/data", "0.0.0.0");
    let files = [("SPOOL_DIR", "/data/spool".to_owned()), ("SQLITE_PATH", "/data/platform.db".to_owned())];
    assert_eq!(placement("tides"), [&[("DEADLINE_SECONDS", "120".to_owned())], &files[..]].concat());
    assert_eq!(placement("page"), [&[("LISTEN", "0.0.0.0:8080".to_owned())], &files[..]].concat());
    assert_eq!(placement("dust"), [&[("METRICS_ADDR", "0.0.0.0:9464".to_owned())], &files[..]].concat());
}

#[test]
fn a_device_with_a_schedule_takes_one_reading_and_serves_nothing() {
    let model = sample::model();
    let moist = model.program("moist").unwrap();
    assert_eq!((moist.arguments(), &moist.serves), (&["--once"][..], &None));
    assert_eq!(model.program("dust").unwrap().arguments(), [""; 0]);
    assert_eq!(model.continuous().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["dust", "page"]);
}

#[test]
fn every_mistake_of_a_manifest_is_reported_at_once() {
    let manifest =
        "[package.metadata.pipeline]\nschedul = \"7 * * * *\"\nstorage = 64\nserves = { prot = 1 }\n";
    let found = mistakes(manifest);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.iter().any(|line| line.starts_with("schedul is not known; these are: architectures, ")));
    assert!(found.iter().any(|line| line.starts_with("serves") && line.contains("`prot`")), "{found:#?}");
    assert!(found.iter().any(|line| line.starts_with("storage is wrong")));
    assert!(found.contains(&"schedule is missing: a job needs one".to_owned()));
}

#[test]
fn a_schedule_has_to_be_one() {
    let found = mistakes("[package.metadata.pipeline]\nschedule = \"60 * * * *\"");
    assert_eq!(found, ["schedule has 60 as its minute, which goes from 0 to 59"]);
    let zone = mistakes(&job("time-zone = \"Europe/Atlantis\""));
    assert_eq!(zone, ["time-zone is Europe/Atlantis, which the time zone database does not know"]);
    assert_eq!(mistakes(&job("time-zone = \"europe/berlin\"")).len(), 1);
    assert_eq!(mistakes(&job("deadline-seconds = 0")), ["deadline-seconds is 0"]);
}

#[test]
fn keys_of_another_kind_are_refused() {
    let device = "devices = [{ name = \"serial\", path = \"/dev/ttyUSB0\", group = \"dialout\" }]";
    assert_eq!(mistakes(&job(device)), ["devices are for programs that read one; this is a job"]);
    let serves = "serves = { port = 8080, ready = \"/healthz\" }";
    assert_eq!(mistakes(&job(serves)), ["serves is for services; this is a job"]);
    let service = mistakes_of("service", "services/page", &job(serves));
    assert_eq!(service, ["schedule is for jobs and devices; a service runs until it is stopped"]);
    let mute = mistakes_of("service", "services/page", "");
    assert_eq!(mute, ["serves is missing: the port, and the path of the readiness check"]);
    let idle = "[package.metadata.pipeline]\ndeadline-seconds = 60";
    assert_eq!(
        mistakes_of("device", "iot/dust", idle),
        ["deadline-seconds means nothing without a schedule"]
    );
}

#[test]
fn every_node_is_for_devices_that_need_no_device() {
    let every = |kind: &str, lines: &str| {
        mistakes_of(
            kind,
            if kind == "job" { "pipelines/pulse" } else { "iot/pulse" },
            &format!("[package.metadata.pipeline]\nevery-node = \"MEASUREMENT\"\n{lines}"),
        )
    };
    assert_eq!(every("device", ""), [""; 0]);
    assert_eq!(every("job", "schedule = \"7 * * * *\""), ["every-node is for devices without a schedule"]);
    assert_eq!(every("device", "schedule = \"7 * * * *\""), ["every-node is for devices without a schedule"]);
    let device = "devices = [{ name = \"usb\", path = \"/dev/ttyUSB0\" }]";
    let expected =
        ["every-node is for programs without a device of /dev: the plugin knows which node has one"];
    assert_eq!(every("device", device), expected);
    let unknown = mistakes_of("device", "iot/pulse", "[package.metadata.pipeline]\nevery-node = \"NODE\"");
    assert_eq!(unknown, ["every-node is NODE, which is not a variable of the program"]);
}

#[test]
fn a_device_is_below_dev_and_its_group_has_a_number() {
    let manifest =
        "[package.metadata.pipeline]\ndevices = [{ name = \"USB\", path = \"/etc/x\", group = \"usb\" }]";
    let expected = [
        "devices[0].name is `USB`, which is no name of a resource",
        "devices[0].path is /etc/x, which is not below /dev",
        "devices[0].group is usb, whose number workspace.metadata.delivery.groups does not have",
    ];
    assert_eq!(mistakes_of("device", "iot/dust", manifest), expected);
}

#[test]
fn a_part_of_the_resources_leaves_the_others_as_they_are() {
    let mut programs = sample::programs();
    let more =
        "[package.metadata.pipeline]\nschedule = \"7 * * * *\"\nresources = { memory-limit = \"128Mi\" }";
    programs.push(("pipelines/more", more, sample::description("more", "job", &[])));
    let model = sample::joined(sample::WORKSPACE, programs).0.unwrap();
    let resources = model.program("more").unwrap().resources;
    let shown = [resources.memory.to_string(), resources.memory_limit.to_string(), resources.cpu.to_string()];
    assert_eq!(shown, ["16Mi", "128Mi", "10m"]);
}

#[test]
fn a_program_is_of_the_kind_of_its_folder() {
    let description = sample::description("dust", "job", &[]);
    let found = sample::joined(sample::WORKSPACE, vec![("iot/dust", "", description)]).1;
    let expected =
        "iot/dust/Cargo.toml: package.metadata.pipeline is of a job, in the folder of every device";
    assert_eq!(found, [expected]);
}

#[test]
fn requests_stay_below_their_limit() {
    let resources = "resources = { cpu = \"10m\", memory = \"65Mi\", memory-limit = \"64Mi\" }";
    assert_eq!(mistakes(&job(resources)), ["resources ask for more memory than their limit"]);
}

#[test]
fn the_workspace_needs_the_shared_settings() {
    let found = sample::joined("[workspace]", Vec::new()).1;
    assert_eq!(
        found,
        ["Cargo.toml: workspace.metadata.delivery is missing: it says what holds for all programs"]
    );
    let without = sample::WORKSPACE.replace("registry = \"registry.example/lego\"", "");
    let found = sample::joined(&without, Vec::new()).1;
    assert_eq!(found, ["Cargo.toml: workspace.metadata.delivery.registry is missing: where images are kept"]);
    let slash = sample::WORKSPACE.replace("registry.example/lego", "https://registry.example/");
    let found = sample::joined(&slash, sample::programs()).1;
    assert!(found.concat().contains("delivery.registry is a host and a path"), "{found:?}");
}

#[test]
fn a_program_answers_to_the_name_of_its_folder() {
    let description = sample::description("tide", "job", &[]);
    let manifest = job("");
    let found = sample::joined(sample::WORKSPACE, vec![("pipelines/tides", &manifest, description)]).1;
    let expected =
        "pipelines/tides/Cargo.toml: package.metadata.pipeline is of a program that calls itself tide";
    assert_eq!(found, [expected]);
}

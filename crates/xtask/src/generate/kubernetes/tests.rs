//! Tests of all objects, and of the rules that check them.

use std::fs;
use std::path::Path;

use testkit::Requirement;

use super::files;
use crate::generate::file::File;
use crate::generate::model::Model;
use crate::generate::sample;
use crate::test::manifests::{faults, objects::Object};

/// The objects of a program of the sample, as one text.
fn base(program: &str) -> String {
    base_of(&sample::model(), program)
}

fn base_of(model: &Model, program: &str) -> String {
    let files = files(model).unwrap();
    let is_object = |file: &&File| {
        let is_shared = file.path.starts_with("k8s/platform/") && !file.path.ends_with("kustomization.yaml");
        is_shared || file.path.ends_with(&format!("/{program}.yaml"))
    };
    let texts: Vec<_> = files.iter().filter(is_object).map(|file| file.text.clone()).collect();
    assert_eq!(texts.len(), 4, "{program}");
    texts.join("\n---\n")
}

fn found(text: &str) -> Vec<String> {
    faults(&Object::parse(text).unwrap())
}

/// The faults of the base of `tides` in which `from` became `to`.
fn broken(program: &str, from: &str, to: &str) -> String {
    let text = base(program);
    assert!(text.contains(from), "{program} has no `{from}`:\n{text}");
    found(&text.replace(from, to)).join("; ")
}

#[test]
fn every_base_keeps_to_the_rules() {
    for program in ["tides", "dust", "moist", "page"] {
        assert_eq!(found(&base(program)), [""; 0], "{program}");
    }
}

#[test]
fn a_pod_that_is_not_restricted_is_found() {
    let faults = [
        broken("tides", "runAsNonRoot: true", "runAsNonRoot: false"),
        broken("tides", "type: RuntimeDefault", "type: Unconfined"),
        broken("tides", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
        broken("tides", "readOnlyRootFilesystem: true", "privileged: true"),
        broken("tides", "drop: [ALL]", "drop: [NET_RAW]"),
        broken("tides", "automountServiceAccountToken: false\n          #", "#"),
        broken("dust", "enableServiceLinks: false", "hostNetwork: true"),
        broken("dust", "persistentVolumeClaim: { claimName: dust }", "hostPath: { path: /dev }"),
        broken("page", "memory: 64Mi", "cpu: 1"),
    ];
    for (place, fault) in faults.iter().enumerate() {
        assert!(!fault.is_empty(), "{place}: nothing was found");
    }
}

#[test]
fn a_secret_that_is_written_down_is_found() {
    let from = "valueFrom: { secretKeyRef: { name: tides, key: key } }";
    assert_eq!(
        broken("tides", from, "value: abc"),
        "CronJob tides: \"TIDES_KEY\" does not come from a Secret"
    );
    let text = format!("{}\n---\napiVersion: v1\nkind: Secret\nmetadata: {{ name: tides }}\n", base("tides"));
    assert_eq!(found(&text), ["Secret tides: is written down here"]);
}

#[test]
fn parts_that_do_not_fit_together_are_found() {
    let fault = broken(
        "dust",
        "matchLabels: { app.kubernetes.io/name: dust }",
        "matchLabels: { app.kubernetes.io/name: rust }",
    );
    assert!(fault.contains("selects pods with app.kubernetes.io/name"), "{fault}");
    assert!(
        broken("dust", "claimName: dust", "claimName: rust")
            .contains("needs the PersistentVolumeClaim `rust`")
    );
    assert!(broken("dust", "targetPort: metrics", "targetPort: http").contains("has no port \"http\""));
    assert!(
        broken("tides", "serviceAccountName: program", "serviceAccountName: t")
            .contains("the ServiceAccount `t`")
    );
    assert!(
        broken("tides", "lego/egress: shared }\n  policyTypes", "lego/egress: own }\n  policyTypes")
            .contains("no NetworkPolicy opens a port for it")
    );
}

#[test]
fn a_key_that_no_program_reads_is_found() {
    let map = |key: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: places }}\ndata: {{ {key}: a }}\n")
    };
    let with = |key: &str| found(&format!("{}\n---\n{}", base("tides"), map(key)));
    assert_eq!(with("stations"), [""; 0]);
    assert_eq!(with("station"), ["ConfigMap places: no program reads `station`"]);
}

#[test]
fn a_device_gets_its_node_from_the_plugin_and_its_group() {
    let text = base("dust");
    assert!(text.contains("            squat.ai/dust-serial: 1\n"), "{text}");
    assert!(text.contains("supplementalGroups: [20]"), "{text}");
    assert!(text.contains("kubernetes.io/arch: arm64\n        example.com/sensor: \"dust\""), "{text}");
    assert!(text.contains("type: Recreate"), "{text}");
    assert!(text.contains("path: /readyz, port: metrics"), "{text}");
}

/// A device that looks at the machine it runs on.
const PULSE: &str = r#"
    [package.metadata.pipeline]
    every-node = "MACHINE"
    storage = "64Mi"

    [package.metadata.pipeline.bindings]
    MACHINE = { config = "places", key = "machine" }
"#;

#[test]
fn a_daemon_set_gets_the_node_name_and_a_folder_per_node() {
    let own = sample::variable("MACHINE", &[]);
    let copy = sample::variable("INSTANCE", &[]);
    let pulse = ("iot/pulse", PULSE, sample::description("pulse", "device", &[&own, &copy]));
    let (model, mistakes) = sample::joined(sample::WORKSPACE, vec![pulse]);
    assert_eq!(mistakes, [""; 0]);
    let text = base_of(&model.unwrap(), "pulse");
    assert_eq!(found(&text), [""; 0]);
    assert!(text.contains("kind: DaemonSet") && !text.contains("PersistentVolumeClaim"), "{text}");
    for name in ["MACHINE", "INSTANCE"] {
        let line =
            format!("- {{ name: {name}, valueFrom: {{ fieldRef: {{ fieldPath: spec.nodeName }} }} }}\n");
        assert!(text.contains(&line), "{name}: {text}");
    }
    assert!(!text.contains("key: machine"), "{text}");
    assert!(text.contains("emptyDir: { sizeLimit: 64Mi }"), "{text}");
    assert!(text.contains("clusterIP: None"), "{text}");
}

#[test]
fn a_device_with_a_schedule_is_a_cron_job() {
    let text = base("moist");
    assert!(
        text.contains("kind: CronJob")
            && text.contains("args: [\"--once\"]")
            && !text.contains("kind: Deployment")
    );
    assert!(!text.contains("kind: Service\n"), "nobody asks a program that ends");
}

#[test]
fn a_run_that_cannot_be_mended_is_not_repeated() {
    let text = base("tides");
    assert!(text.contains("onExitCodes: { containerName: tides, operator: In, values: [65, 78] }"));
    assert!(text.contains("timeZone: Europe/Berlin"));
    assert!(text.contains("startingDeadlineSeconds: 3600"));
    assert!(text.contains("activeDeadlineSeconds: 570"));
}

/// Result of the overlays of this repository for a model with devices.
#[test]
fn the_overlays_take_devices_as_they_come() {
    let Some(mut kubectl) = testkit::require(Requirement::Kubectl.command()) else { return };
    let root = tempfile::tempdir().unwrap();
    for file in files(&sample::model()).unwrap() {
        put(&root.path().join(&file.path), &file.text);
    }
    copy(&crate::workspace::root().join("k8s/overlays"), &root.path().join("k8s/overlays"));
    copy(&crate::workspace::root().join("k8s/components"), &root.path().join("k8s/components"));
    let devices = root.path().join("k8s/overlays/homelab/devices");
    let output = kubectl.arg("kustomize").arg(&devices).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shared =
        files(&sample::model()).unwrap().into_iter().filter(|file| file.path.starts_with("k8s/platform/"));
    let shared: Vec<_> =
        shared.filter(|file| !file.path.ends_with("kustomization.yaml")).map(|file| file.text).collect();
    assert_eq!(found(&format!("{text}\n---\n{}", shared.join("\n---\n"))), [""; 0]);
    assert!(text.contains("kind: Deployment") && text.contains("namespace: data-platform"), "{text}");
    assert!(text.contains("storageClassName: local-path"), "{text}");
    assert!(text.contains("- arm64"), "{text}");
}

/// A `mapping.toml` in an overlay is mounted into the gateway.
#[test]
fn the_gateway_gets_its_mapping_from_a_component() {
    let Some(mut kubectl) = testkit::require(Requirement::Kubectl.command()) else { return };
    let root = tempfile::tempdir().unwrap();
    for folder in ["devices", "components/gateway-mapping"] {
        copy(&crate::workspace::root().join("k8s").join(folder), &root.path().join(folder));
    }
    put(&root.path().join("overlay/mapping.toml"), "[[zigbee2mqtt]]\n");
    put(
        &root.path().join("overlay/kustomization.yaml"),
        "kind: Kustomization\nresources: [../devices]\ncomponents: [../components/gateway-mapping]\n\
         configMapGenerator: [{ name: gateway-mapping, files: [mapping.toml] }]\n",
    );
    let overlay = root.path().join("overlay");
    let output = kubectl.arg("kustomize").arg(overlay).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        text.contains("- name: GATEWAY_CONFIG\n          value: /etc/mqtt-gateway/mapping.toml"),
        "{text}"
    );
    assert!(text.contains("- mountPath: /etc/mqtt-gateway\n          name: mapping\n"), "{text}");
    assert_eq!(text.matches("name: gateway-mapping-").count(), 2, "the volume names what was made:\n{text}");
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            put(&to, &fs::read_to_string(path).unwrap());
        }
    }
}

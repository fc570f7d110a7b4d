//! Rules for objects beyond their schemas: pods are restricted, secrets are only named, parts fit together.

use serde_json::{Value, json};

use super::objects::{Object, at, config_references, items, whole_configs};

/// The port of name resolution, which alone is of no use.
const NAMES: u64 = 53;

/// The faults of objects that are applied together.
pub(crate) fn faults(objects: &[Object]) -> Vec<String> {
    let one = objects.iter().flat_map(|object| {
        let faults = [pods(object), secrets(object), selectors(object), claims(object, objects)].concat();
        faults.into_iter().map(|fault| format!("{}: {fault}", object.title())).collect::<Vec<_>>()
    });
    one.chain(configuration(objects)).collect()
}

/// Rules of the Pod Security Standard "restricted", and some more. Source:
/// <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>.
fn pods(object: &Object) -> Vec<String> {
    let Some(spec) = object.pod().map(|pod| at(pod, "/spec")) else { return Vec::new() };
    let of_pod = [
        ("/securityContext/runAsNonRoot", json!(true)),
        ("/securityContext/runAsUser", json!(65532)),
        ("/securityContext/fsGroup", json!(65532)),
        ("/securityContext/seccompProfile/type", json!("RuntimeDefault")),
        ("/automountServiceAccountToken", json!(false)),
        ("/enableServiceLinks", json!(false)),
        ("/hostNetwork", Value::Null),
        ("/hostPID", Value::Null),
        ("/hostIPC", Value::Null),
        ("/initContainers", Value::Null),
    ];
    let of_container = [
        ("/securityContext/allowPrivilegeEscalation", json!(false)),
        ("/securityContext/readOnlyRootFilesystem", json!(true)),
        ("/securityContext/capabilities", json!({ "drop": ["ALL"] })),
        ("/securityContext/privileged", Value::Null),
        // At the default path, `kubectl describe` shows the run report of the program.
        ("/terminationMessagePath", Value::Null),
    ];
    let mut faults = unmet(spec, &of_pod);
    for container in items(at(spec, "/containers")) {
        faults.extend(unmet(container, &of_container));
        if at(container, "/resources/limits/memory").is_null() {
            faults.push("a container has no limit of memory".to_owned());
        }
    }
    let kinds = ["persistentVolumeClaim", "emptyDir", "configMap"];
    let is_allowed = |volume: &&Value| kinds.iter().any(|kind| volume.get(kind).is_some());
    let strange = items(at(spec, "/volumes")).filter(|volume| !is_allowed(volume));
    faults.extend(
        strange.map(|volume| format!("the volume {} is of a kind that is not allowed", at(volume, "/name"))),
    );
    faults
}

/// The expectations that a value does not meet.
fn unmet(value: &Value, expected: &[(&str, Value)]) -> Vec<String> {
    let unmet = expected.iter().filter(|(pointer, expected)| at(value, pointer) != expected);
    unmet.map(|(pointer, expected)| format!("{pointer} is not {expected}")).collect()
}

/// A Secret is referred to, never written; and so is what looks like one.
fn secrets(object: &Object) -> Vec<String> {
    // One of that type holds nothing but the wish for a token, which Kubernetes fills in.
    if object.kind() == "Secret" && object.text("/type") != "kubernetes.io/service-account-token" {
        return vec!["is written down here".to_owned()];
    }
    let containers = items(object.pod().map_or(&Value::Null, |pod| at(pod, "/spec/containers")));
    let variables = containers.flat_map(|container| items(at(container, "/env")));
    let is_secret = |variable: &&Value| {
        let name = variable.get("name").and_then(Value::as_str).unwrap_or_default();
        ["_KEY", "_TOKEN", "_PASSWORD", "_SECRET"].iter().any(|end| name.ends_with(end))
    };
    let written = variables.filter(is_secret).filter(|it| it.pointer("/valueFrom/secretKeyRef").is_none());
    written.map(|variable| format!("{} does not come from a Secret", at(variable, "/name"))).collect()
}

/// Checks that selectors match existing pods.
fn selectors(object: &Object) -> Vec<String> {
    let Some(pod) = object.pod() else { return Vec::new() };
    let labels = at(pod, "/metadata/labels");
    let mut faults = Vec::new();
    let selected = at(&object.0, "/spec/selector/matchLabels").as_object();
    for (key, value) in selected.into_iter().flatten() {
        if labels.get(key) != Some(value) {
            faults.push(format!("selects pods with {key} {value}, and its own have another"));
        }
    }
    if labels.get("app.kubernetes.io/name").and_then(Value::as_str) != Some(object.name()) {
        faults.push("its pods are not labeled with its name".to_owned());
    }
    faults
}

/// A pod's account and volume exist, a policy opens a port for it, and a program that serves has a Service that finds it.
fn claims(object: &Object, objects: &[Object]) -> Vec<String> {
    let Some(pod) = object.pod() else { return Vec::new() };
    let has =
        |kind: &str, name: &str| objects.iter().any(|other| other.kind() == kind && other.name() == name);
    let account = at(pod, "/spec/serviceAccountName").as_str().unwrap_or_default();
    let mut needed = vec![("ServiceAccount", account)];
    for volume in items(at(pod, "/spec/volumes")) {
        needed.extend(
            at(volume, "/persistentVolumeClaim/claimName")
                .as_str()
                .map(|name| ("PersistentVolumeClaim", name)),
        );
    }
    let ports = items(at(pod, "/spec/containers")).flat_map(|container| items(at(container, "/ports")));
    let ports: Vec<_> = ports.map(|port| at(port, "/name")).collect();
    if !ports.is_empty() {
        needed.push(("Service", object.name()));
    }
    let missing = needed.into_iter().filter(|(kind, name)| !has(kind, name));
    let mut faults: Vec<_> = missing.map(|(kind, name)| format!("needs the {kind} `{name}`")).collect();
    let of_pod = at(pod, "/metadata/labels");
    let selects = |other: &Object, pointer: &str| {
        let selector = other.at(pointer).as_object();
        selector.is_some_and(|it| it.iter().all(|(key, value)| of_pod.get(key) == Some(value)))
    };
    let opens = |other: &Object| {
        let has_port = items(other.at("/spec/egress")).flat_map(|rule| items(at(rule, "/ports")));
        let mut ports = has_port.filter_map(|port| at(port, "/port").as_u64());
        other.kind() == "NetworkPolicy"
            && selects(other, "/spec/podSelector/matchLabels")
            && ports.any(|port| port != NAMES)
    };
    if !objects.iter().any(opens) {
        faults.push("no NetworkPolicy opens a port for it".to_owned());
    }
    for other in objects.iter().filter(|other| other.name() == object.name()) {
        let finds = match other.kind() {
            "Service" => selects(other, "/spec/selector"),
            "NetworkPolicy" => selects(other, "/spec/podSelector/matchLabels"),
            _ => true,
        };
        if !finds {
            faults.push(format!("is not found by its {}", other.kind()));
        }
        let targets = items(other.at("/spec/ports")).map(|port| at(port, "/targetPort"));
        let strays = targets.filter(|_| other.kind() == "Service").filter(|target| !ports.contains(target));
        faults.extend(strays.map(|target| format!("has no port {target}, which its Service leads to")));
    }
    faults
}

/// A `ConfigMap` has the keys that programs cannot start without, and none that no program reads.
fn configuration(objects: &[Object]) -> Vec<String> {
    let pods = || objects.iter().filter_map(Object::pod);
    let references: Vec<_> = pods().flat_map(config_references).collect();
    // Alone, its keys say nothing: the programs that read them are applied apart.
    if pods().next().is_none() {
        return Vec::new();
    }
    let whole: Vec<_> = pods().flat_map(whole_configs).collect();
    let mut faults = Vec::new();
    for map in objects.iter().filter(|object| object.kind() == "ConfigMap") {
        let data = map.at("/data").as_object();
        let has = |key: &str| data.is_some_and(|data| data.contains_key(key));
        let mine = references.iter().filter(|reference| reference.name == map.name());
        let required = mine.clone().filter(|reference| !reference.optional && !has(&reference.key));
        faults.extend(required.map(|reference| format!("{}: has no `{}`", map.title(), reference.key)));
        let is_whole = whole.contains(&map.name());
        let is_read = |key: &str| mine.clone().any(|it| it.key == key) || (is_whole && is_variable(key));
        let unread = data.into_iter().flatten().filter(|(key, _)| !is_read(key));
        faults.extend(unread.map(|(key, _)| format!("{}: no program reads `{key}`", map.title())));
    }
    faults
}

/// Whether a key can become a variable of the environment.
fn is_variable(key: &str) -> bool {
    key.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
}

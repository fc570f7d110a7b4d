//! Objects of Kubernetes, as far as rules look at them.

use serde::Deserialize;
use serde_json::{Value, json};

/// An object.
#[derive(Debug, Clone)]
pub(crate) struct Object(pub(crate) Value);

impl Object {
    /// All objects of a text of YAML.
    pub(crate) fn parse(text: &str) -> Result<Vec<Self>, String> {
        let object =
            |document: &str| serde_saphyr::from_str(document).map(Self).map_err(|error| error.to_string());
        documents(text).map(object).collect()
    }

    /// A pod as the job that would make it, for the rules of pods. Its label names its program.
    pub(super) fn into_job(self) -> Self {
        let name = self.at("/metadata/labels/app.kubernetes.io~1name");
        Self(json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": { "name": name },
            "spec": { "template": { "metadata": self.at("/metadata"), "spec": self.at("/spec") } },
        }))
    }

    pub(super) fn kind(&self) -> &str {
        self.text("/kind")
    }

    pub(super) fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// Kind and name, for a person.
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.kind(), self.name())
    }

    /// The template of the pods that it makes.
    pub(super) fn pod(&self) -> Option<&Value> {
        match self.kind() {
            "CronJob" => self.0.pointer("/spec/jobTemplate/spec/template"),
            "Deployment" | "Job" | "DaemonSet" | "StatefulSet" => self.0.pointer("/spec/template"),
            _ => None,
        }
    }

    pub(super) fn text(&self, pointer: &str) -> &str {
        self.0.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The value there, or null.
    pub(super) fn at(&self, pointer: &str) -> &Value {
        at(&self.0, pointer)
    }
}

/// The documents of a text of YAML that hold something.
pub(super) fn documents(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n---\n").map(str::trim).filter(|document| !document.is_empty())
}

/// The value at a pointer (RFC 6901), or null.
pub(super) fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

/// The items of an array; none where it is something else.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A reference of a container to a key of a `ConfigMap` or a `Secret`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct KeyReference {
    pub(super) name: String,
    pub(super) key: String,
    #[serde(default)]
    pub(super) optional: bool,
}

/// The references of a pod to keys of `ConfigMap`s.
pub(super) fn config_references(pod: &Value) -> impl Iterator<Item = KeyReference> {
    let containers = items(at(pod, "/spec/containers"));
    let variables = containers.flat_map(|container| items(at(container, "/env")));
    variables.filter_map(|it| serde_json::from_value(it.pointer("/valueFrom/configMapKeyRef")?.clone()).ok())
}

/// The names of the `ConfigMap`s that become environment as a whole.
pub(super) fn whole_configs(pod: &Value) -> impl Iterator<Item = &str> {
    let containers = items(at(pod, "/spec/containers"));
    let sources = containers.flat_map(|container| items(at(container, "/envFrom")));
    sources.filter_map(|source| at(source, "/configMapRef/name").as_str())
}

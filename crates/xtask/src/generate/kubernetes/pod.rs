//! The pod of a program, the same in whatever starts it: a job, a deployment, a workflow, a task of Airflow.

use serde::Serialize;
use serde_json::{Value, json};

use crate::generate::describe::Kind;
use crate::generate::manifest::Origin;
use crate::generate::model::{Binding, GRACE_SECONDS, Model, Program, USER};
use crate::generate::template::render;

/// Where the volume of a program is mounted.
const DATA: &str = "/data";

const SPEC: &str = include_str!("templates/pod-spec.yaml.j2");
const CONTAINER: &str = include_str!("templates/container.yaml.j2");

/// The file that says what the container is, for the line that says who made a file.
pub(in crate::generate) const ORIGIN: &str =
    "crates/xtask/src/generate/kubernetes/templates/container.yaml.j2";

/// What a container has beside what its program asks for.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::generate) struct Beside<'a> {
    /// Variables and their values.
    pub(in crate::generate) settings: &'a [(&'a str, &'a str)],
    /// Names of volumes, and where they are mounted.
    pub(in crate::generate) mounts: &'a [(&'a str, &'a str)],
    /// Memory that what starts the program takes within the container, in mebibytes.
    pub(in crate::generate) mebibytes: u64,
}

/// The `spec` of the pod, not indented.
pub(in crate::generate) fn spec(model: &Model, program: &Program) -> Result<String, String> {
    let container = container(model, program, Beside::default())?;
    render("pod-spec.yaml", SPEC, with(parts(model, program), "container", container))
}

/// The container of the pod but for its name, not indented.
pub(in crate::generate) fn container(
    model: &Model,
    program: &Program,
    beside: Beside<'_>,
) -> Result<String, String> {
    let limit = program.resources.memory_limit.plus_mebibytes(beside.mebibytes).to_string();
    let context = with(with(parts(model, program), "settings", beside.settings), "mounts", beside.mounts);
    let context = with(context, "memory_limit", limit);
    Ok(render("container.yaml", CONTAINER, context)?.trim_end().to_owned())
}

/// Adds to what a template is filled in with.
pub(in crate::generate) fn with(mut context: Value, key: &str, value: impl Serialize) -> Value {
    if let Value::Object(members) = &mut context {
        members.insert(key.to_owned(), json!(value));
    }
    context
}

/// What the templates of a pod are filled in with.
pub(in crate::generate) fn parts(model: &Model, program: &Program) -> Value {
    let mut groups: Vec<_> =
        program.devices.iter().filter_map(|it| model.delivery.groups.get(it.group.as_deref()?)).collect();
    groups.sort_unstable();
    groups.dedup();
    let devices: Vec<_> =
        program.devices.iter().map(|it| format!("{}/{}", model.delivery.device_domain, it.name)).collect();
    let architecture = program.architectures.first().filter(|_| !program.runs_everywhere());
    let resources = program.resources;
    json!({
        "name": program.name,
        "image": program.image,
        "arguments": program.arguments(),
        "runs_once": program.schedule.is_some(),
        "placement": program.placement(DATA, "0.0.0.0"),
        "environment": environment(program),
        "serves": program.serves,
        "port_name": if program.kind == Kind::Device { "metrics" } else { "http" },
        "user": USER,
        "groups": groups,
        "devices": devices,
        "architecture": architecture.map(|it| it.name()),
        "node_selector": program.node_selector,
        "cpu": resources.cpu.to_string(),
        "memory": resources.memory.to_string(),
        "is_everywhere": program.every_node.is_some(),
        "storage": program.storage.map(|storage| storage.to_string()),
        "data": DATA,
        "grace": GRACE_SECONDS,
    })
}

/// Where its variables come from: the name of the node from Kubernetes itself, the others as they are bound.
fn environment(program: &Program) -> Vec<Variable<'_>> {
    let node = program.every_node.as_deref();
    let bound = program.environment.iter().filter(|binding| Some(binding.variable.as_str()) != node);
    node.map(Variable::of_node).into_iter().chain(bound.map(Variable::of)).collect()
}

/// A variable, flat enough for a template.
#[derive(Serialize)]
struct Variable<'a> {
    name: &'a str,
    value: Option<&'a str>,
    /// What Kubernetes knows of the pod.
    field: Option<&'static str>,
    /// `configMapKeyRef` or `secretKeyRef`.
    source: Option<&'static str>,
    from: Option<&'a str>,
    key: Option<&'a str>,
    is_optional: bool,
}

impl<'a> Variable<'a> {
    /// The variable that is told the name of the node that the pod is on.
    fn of_node(name: &'a str) -> Self {
        Self {
            name,
            value: None,
            field: Some("spec.nodeName"),
            source: None,
            from: None,
            key: None,
            is_optional: false,
        }
    }

    fn of(binding: &'a Binding) -> Self {
        let (value, source, reference) = match &binding.origin {
            Origin::Literal(text) => (Some(text.as_str()), None, None),
            Origin::Config(reference) => (None, Some("configMapKeyRef"), Some(reference)),
            Origin::Secret(reference) => (None, Some("secretKeyRef"), Some(reference)),
        };
        Self {
            name: &binding.variable,
            value,
            field: None,
            source,
            from: reference.map(|it| it.name.as_str()),
            key: reference.map(|it| it.key.as_str()),
            is_optional: binding.is_optional,
        }
    }
}

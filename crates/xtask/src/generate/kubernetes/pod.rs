//! The pod of a program, the same for everything that starts it: a job, a deployment, a workflow, a task of Airflow.

use serde::Serialize;
use serde_json::{Value, json};

use crate::generate::manifest::Origin;
use crate::generate::model::{Binding, GRACE_SECONDS, Model, Program, USER};
use crate::generate::template::render;

/// The mount path of the volume of a program.
const DATA: &str = "/data";

/// The service account of every program.
pub(in crate::generate) const ACCOUNT: &str = "program";

const SPEC: &str = include_str!("templates/pod-spec.yaml.j2");
const CONTAINER: &str = include_str!("templates/container.yaml.j2");

/// The template of the container, for the first line of a generated file.
pub(in crate::generate) const ORIGIN: &str =
    "crates/xtask/src/generate/kubernetes/templates/container.yaml.j2";

/// Additions of an orchestrator to the container of a program.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::generate) struct Beside<'a> {
    /// Variables and their values.
    pub(in crate::generate) settings: &'a [(&'a str, &'a str)],
    /// Names of volumes, and their mount paths.
    pub(in crate::generate) mounts: &'a [(&'a str, &'a str)],
    /// Memory of the orchestrator's own process within the container, in mebibytes.
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

/// Adds a key to the context of a template.
pub(in crate::generate) fn with(mut context: Value, key: &str, value: impl Serialize) -> Value {
    if let Value::Object(members) = &mut context {
        members.insert(key.to_owned(), json!(value));
    }
    context
}

/// The labels of the objects of a program, in the flow style of YAML.
pub(in crate::generate) fn labels(model: &Model, program: &Program) -> String {
    format!(
        "app.kubernetes.io/name: {}, app.kubernetes.io/component: {}, app.kubernetes.io/part-of: {}, \
         app.kubernetes.io/version: \"{}\"",
        program.name,
        program.kind.name(),
        model.delivery.name,
        program.version
    )
}

/// The labels of its pods: with one more where it may use the shared ports.
pub(in crate::generate) fn pod_labels(model: &Model, program: &Program) -> String {
    let labels = labels(model, program);
    if program.is_sharing { format!("{labels}, {}/egress: shared", model.delivery.name) } else { labels }
}

/// The context of the templates of a pod.
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
        "account": ACCOUNT,
        "sources": sources(program),
        "environment": environment(program),
        "serves": program.serves,
        "port_name": program.kind.port_name(),
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

/// A `ConfigMap` or a `Secret` that becomes environment as a whole.
#[derive(Serialize)]
struct Source<'a> {
    /// `configMapRef` or `secretRef`.
    kind: &'static str,
    name: &'a str,
    is_optional: bool,
}

/// The sources of `envFrom`: first the `ConfigMap`s, then the `Secret`s, in the order of the variables.
fn sources(program: &Program) -> Vec<Source<'_>> {
    let mut sources: Vec<Source<'_>> = Vec::new();
    for binding in &program.environment {
        let (kind, reference) = match &binding.origin {
            Origin::Config(reference) if reference.is_whole => ("configMapRef", reference),
            Origin::Secret(reference) if reference.is_whole => ("secretRef", reference),
            _ => continue,
        };
        let is_same = |source: &&mut Source<'_>| source.kind == kind && source.name == reference.name;
        match sources.iter_mut().find(is_same) {
            Some(source) => source.is_optional &= binding.is_optional,
            None => sources.push(Source { kind, name: &reference.name, is_optional: binding.is_optional }),
        }
    }
    sources.sort_by_key(|source| source.kind);
    sources
}

/// The variables that are set one by one.
fn environment(program: &Program) -> Vec<Variable<'_>> {
    let of_node = |name: &str| program.node_variables().any(|variable| variable == name);
    let bound = program.environment.iter().filter(|binding| !of_node(&binding.variable));
    program.node_variables().map(Variable::of_node).chain(bound.filter_map(Variable::of)).collect()
}

/// A variable, flat enough for a template.
#[derive(Default, Serialize)]
struct Variable<'a> {
    name: &'a str,
    value: Option<&'a str>,
    /// A field of the pod.
    field: Option<&'static str>,
    /// `configMapKeyRef` or `secretKeyRef`.
    source: Option<&'static str>,
    from: Option<&'a str>,
    key: Option<&'a str>,
    is_optional: bool,
}

impl<'a> Variable<'a> {
    /// A variable with the name of the node that the pod is on.
    fn of_node(name: &'a str) -> Self {
        Self { name, field: Some("spec.nodeName"), ..Self::default() }
    }

    /// A bound variable; `None` where `envFrom` sets it.
    fn of(binding: &'a Binding) -> Option<Self> {
        let name = binding.variable.as_str();
        let (source, reference) = match &binding.origin {
            Origin::Literal(text) => return Some(Self { name, value: Some(text), ..Self::default() }),
            Origin::Config(reference) => ("configMapKeyRef", reference),
            Origin::Secret(reference) => ("secretKeyRef", reference),
        };
        (!reference.is_whole).then(|| Self {
            name,
            source: Some(source),
            from: Some(&reference.name),
            key: Some(&reference.key),
            is_optional: binding.is_optional,
            ..Self::default()
        })
    }
}

//! The pod of a program, the same in whatever starts it.

use serde::Serialize;
use serde_json::json;

use crate::generate::describe::Kind;
use crate::generate::manifest::Origin;
use crate::generate::model::{Binding, GRACE_SECONDS, Model, Program, USER};
use crate::generate::template::render;

/// Where the volume of a program is mounted.
const DATA: &str = "/data";

const TEMPLATE: &str = include_str!("templates/pod-spec.yaml.j2");

/// The `spec` of the pod, not indented.
pub(super) fn spec(model: &Model, program: &Program) -> Result<String, String> {
    let mut groups: Vec<_> =
        program.devices.iter().filter_map(|it| model.delivery.groups.get(it.group.as_deref()?)).collect();
    groups.sort_unstable();
    groups.dedup();
    let devices: Vec<_> =
        program.devices.iter().map(|it| format!("{}/{}", model.delivery.device_domain, it.name)).collect();
    let architecture = program.architectures.first().filter(|_| !program.runs_everywhere());
    let resources = program.resources;
    let context = json!({
        "name": program.name,
        "image": program.image,
        "arguments": program.arguments(),
        "runs_once": program.schedule.is_some(),
        "placement": program.placement(DATA, "0.0.0.0"),
        "environment": program.environment.iter().map(Variable::of).collect::<Vec<_>>(),
        "serves": program.serves,
        "port_name": if program.kind == Kind::Device { "metrics" } else { "http" },
        "user": USER,
        "groups": groups,
        "devices": devices,
        "architecture": architecture.map(|it| it.name()),
        "node_selector": program.node_selector,
        "cpu": resources.cpu.to_string(),
        "memory": resources.memory.to_string(),
        "memory_limit": resources.memory_limit.to_string(),
        "storage": program.storage.map(|storage| storage.to_string()),
        "data": DATA,
        "grace": GRACE_SECONDS,
    });
    render("pod-spec.yaml", TEMPLATE, context)
}

/// A variable, flat enough for a template.
#[derive(Serialize)]
struct Variable<'a> {
    name: &'a str,
    value: Option<&'a str>,
    /// `configMapKeyRef` or `secretKeyRef`.
    source: Option<&'static str>,
    from: Option<&'a str>,
    key: Option<&'a str>,
    is_optional: bool,
}

impl<'a> Variable<'a> {
    fn of(binding: &'a Binding) -> Self {
        let (value, source, reference) = match &binding.origin {
            Origin::Literal(text) => (Some(text.as_str()), None, None),
            Origin::Config(reference) => (None, Some("configMapKeyRef"), Some(reference)),
            Origin::Secret(reference) => (None, Some("secretKeyRef"), Some(reference)),
        };
        Self {
            name: &binding.variable,
            value,
            source,
            from: reference.map(|it| it.name.as_str()),
            key: reference.map(|it| it.key.as_str()),
            is_optional: binding.is_optional,
        }
    }
}

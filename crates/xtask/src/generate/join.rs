//! The model: manifests joined with the descriptions of the programs, and checked against them.

mod bindings;

use super::decide::Decided;
use super::describe::{Description, ProgramKind};
use super::manifest::{self, Delivery};
use super::mistake::Mistakes;
use super::model::{Endpoint, Model, Program};
use bindings::Bindings;

/// Joins every manifest with the description of its program, and notes each contradiction in `mistakes`.
pub(super) fn join(
    delivery: Delivery,
    programs: Vec<(Decided, Description)>,
    mistakes: &mut Mistakes,
) -> Model {
    for (name, _) in bindings::unknown_to_all(&delivery, programs.iter().map(|(_, description)| description))
    {
        let key = format!("{}.bindings.{name}", manifest::DELIVERY_TABLE);
        mistakes.add(manifest::DELIVERY_FILE, &key, "is not a variable of any program");
    }
    let mut joined: Vec<_> = programs
        .into_iter()
        .map(|(decided, description)| program(decided, description, &delivery, mistakes))
        .collect();
    joined.sort_by(|a, b| a.name.cmp(&b.name));
    bindings::check_forms(&joined, mistakes);
    Model { delivery, programs: joined }
}

fn program(
    decided: Decided,
    description: Description,
    delivery: &Delivery,
    mistakes: &mut Mistakes,
) -> Program {
    check(&decided, &description, mistakes);
    let environment = Bindings::of(&decided.manifest, delivery, &description).join(mistakes);
    let serves = endpoint(&decided, &description, delivery);
    let Decided { manifest, schedule, architectures, resources, storage, egress, .. } = decided;
    Program {
        image: format!("{}/{}:{}", delivery.registry, manifest.name, description.version),
        name: manifest.name,
        folder: manifest.folder,
        version: description.version,
        description: description.description,
        kind: description.kind,
        group: manifest.group,
        has_history: description.has_history,
        schedule,
        architectures,
        resources,
        storage,
        serves,
        devices: manifest.devices,
        node_selector: manifest.node_selector,
        every_node: manifest.every_node,
        egress,
        is_sharing: manifest.is_sharing,
        environment,
        variables: description.variables,
        options: description.usage.options,
        exit_codes: description.exit_codes,
        records: description.records,
    }
}

/// Notes where a program is not what its folder and its manifest say.
fn check(decided: &Decided, description: &Description, mistakes: &mut Mistakes) {
    let manifest = &decided.manifest;
    let mut mistake = |key: &str, problem: String| {
        let key = format!("{}.{key}", manifest::TABLE);
        mistakes.add(&manifest.file(), key.trim_end_matches('.'), problem);
    };
    if description.name != manifest.name {
        mistake("", format!("is of a program that calls itself {}", description.name));
    }
    if description.kind != manifest.kind {
        let (is, should_be) = (description.kind.name(), manifest.kind.name());
        mistake("", format!("is of a {is}, in the folder of every {should_be}"));
    }
    let is_unknown = |name: &&String| !description.variables.iter().any(|it| it.name == **name);
    if let Some(variable) = manifest.every_node.as_ref().filter(is_unknown) {
        mistake("every-node", format!("is {variable}, which is not a variable of the program"));
    }
}

/// The endpoint of a service from its manifest, and the one of a device from the workspace.
fn endpoint(decided: &Decided, description: &Description, delivery: &Delivery) -> Option<Endpoint> {
    let metrics = "METRICS_ADDR";
    match (description.kind, &decided.serves) {
        (ProgramKind::Service, Some(served)) => Some(Endpoint {
            variable: "LISTEN",
            port: served.port,
            live: served.live.clone(),
            ready: served.ready.clone(),
        }),
        (ProgramKind::Device, None) if decided.schedule.is_none() => {
            description.variables.iter().any(|it| it.name == metrics).then(|| Endpoint {
                variable: metrics,
                port: delivery.metrics_port,
                live: Some("/healthz".to_owned()),
                ready: "/readyz".to_owned(),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;

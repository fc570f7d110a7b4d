//! Argo Workflows: rules for its objects beyond their schemas, and the pods that it makes of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::objects::{Object, at, items};

/// The account of Argo's own containers; `k8s/argo/executor` makes it.
const EXECUTOR: &str = "argo-executor";

/// Whether it is an object of Argo, of which Kubernetes itself knows nothing.
pub(crate) fn is_of_argo(object: &Object) -> bool {
    object.text("/apiVersion").starts_with("argoproj.io/")
}

/// A job for each template that is a container, with the pod that Argo makes of it, for the rules of pods.
pub(crate) fn jobs(objects: &[Object]) -> Vec<Object> {
    let templates = objects.iter().filter(|object| object.kind() == "WorkflowTemplate");
    let templates = templates.flat_map(|object| items(object.at("/spec/templates")));
    templates.filter(|template| template.get("container").is_some()).map(job).collect()
}

fn job(template: &Value) -> Object {
    let name = at(template, "/name");
    let mut container = at(template, "/container").clone();
    let patch = at(template, "/podSpecPatch").as_str().unwrap_or_default();
    let mut spec: Value = serde_saphyr::from_str(patch).unwrap_or_default();
    if let (Some(container), Some(spec)) = (container.as_object_mut(), spec.as_object_mut()) {
        container.insert("name".to_owned(), name.clone());
        let same = [
            "securityContext",
            "serviceAccountName",
            "automountServiceAccountToken",
            "volumes",
            "nodeSelector",
        ];
        let given = same.into_iter().filter_map(|key| Some((key.to_owned(), template.get(key)?.clone())));
        spec.extend(given);
    }
    if let Some(spec) = spec.as_object_mut() {
        spec.insert("containers".to_owned(), json!([container]));
        spec.insert("restartPolicy".to_owned(), json!("Never"));
    }
    Object(json!({ "metadata": at(template, "/metadata"), "spec": spec })).into_job()
}

/// Faults of workflows that are applied together: unknown names, missing or unused parameters, an account with unneeded
/// permissions, a secret in a header.
pub(crate) fn faults(objects: &[Object]) -> Vec<String> {
    let of_argo = objects.iter().filter(|object| is_of_argo(object));
    let faults = of_argo.flat_map(|object| {
        let faults = match object.kind() {
            "CronWorkflow" => started(object, objects),
            "WorkflowTemplate" => [calls(object, objects), accounts(object), headers(object)].concat(),
            _ => Vec::new(),
        };
        faults.into_iter().map(|fault| format!("{}: {fault}", object.title())).collect::<Vec<_>>()
    });
    faults.collect()
}

fn template<'a>(objects: &'a [Object], of: &str, name: &str) -> Option<&'a Value> {
    let workflow = objects.iter().find(|it| it.kind() == "WorkflowTemplate" && it.name() == of)?;
    items(workflow.at("/spec/templates")).find(|template| at(template, "/name") == name)
}

/// Checks that a schedule starts an existing template with an entry point.
fn started(object: &Object, objects: &[Object]) -> Vec<String> {
    let name = object.text("/spec/workflowSpec/workflowTemplateRef/name");
    let workflow = objects.iter().find(|it| it.kind() == "WorkflowTemplate" && it.name() == name);
    match workflow.map(|workflow| workflow.text("/spec/entrypoint")) {
        None => vec![format!("starts the WorkflowTemplate `{name}`, which is not there")],
        Some(entry) if template(objects, name, entry).is_none() => {
            vec![format!("starts the WorkflowTemplate `{name}`, which begins with no template of its own")]
        }
        Some(_) => Vec::new(),
    }
}

/// Checks that the target of a step or hook exists and gets its parameters.
fn calls(object: &Object, objects: &[Object]) -> Vec<String> {
    let steps = items(object.at("/spec/templates")).flat_map(|template| items(at(template, "/steps")));
    let hooks = object.at("/spec/hooks").as_object().into_iter().flat_map(|hooks| hooks.values());
    let calls = steps.flat_map(items).chain(hooks);
    let fault = |call: &Value| {
        let own = at(call, "/template").as_str().map(|name| (object.name(), name));
        let shared =
            || Some((at(call, "/templateRef/name").as_str()?, at(call, "/templateRef/template").as_str()?));
        let Some((of, name)) = own.or_else(shared) else { return Some("a step calls nothing".to_owned()) };
        let Some(called) = template(objects, of, name) else {
            return Some(format!("calls `{name}` of `{of}`, which is not there"));
        };
        let names = |list: &Value, wanted: &dyn Fn(&Value) -> bool| -> BTreeSet<String> {
            let names = items(list).filter(|it| wanted(it)).filter_map(|it| at(it, "/name").as_str());
            names.map(str::to_owned).collect()
        };
        let given = names(at(call, "/arguments/parameters"), &|_| true);
        let taken = names(at(called, "/inputs/parameters"), &|_| true);
        let needed = names(at(called, "/inputs/parameters"), &|it| it.get("value").is_none());
        let strange: Vec<_> = given.difference(&taken).chain(needed.difference(&given)).cloned().collect();
        (!strange.is_empty())
            .then(|| format!("calls `{name}` of `{of}` with other parameters: {}", strange.join(", ")))
    };
    calls.filter_map(fault).collect()
}

/// Argo's own containers have the one account with rights, the program has its own without any.
fn accounts(object: &Object) -> Vec<String> {
    let mut faults = Vec::new();
    if object.at("/spec/entrypoint").is_string() && object.text("/spec/serviceAccountName") != EXECUTOR {
        faults.push(format!("does not run as {EXECUTOR}"));
    }
    for template in items(object.at("/spec/templates")).filter(|template| template.get("container").is_some())
    {
        if at(template, "/executor/serviceAccountName") != EXECUTOR {
            faults.push(format!("the executor of {} is not {EXECUTOR}", at(template, "/name")));
        }
        if at(template, "/serviceAccountName") == EXECUTOR {
            faults.push(format!("the program in {} has the rights of {EXECUTOR}", at(template, "/name")));
        }
    }
    faults
}

fn headers(object: &Object) -> Vec<String> {
    let headers =
        items(object.at("/spec/templates")).flat_map(|template| items(at(template, "/http/headers")));
    let written = headers.filter(|it| at(it, "/name") == "Authorization" && it.get("value").is_some());
    written.map(|_| "an Authorization header is written down".to_owned()).collect()
}

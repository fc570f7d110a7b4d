//! The files of settings: one that all programs read, one of each program's own.

use std::collections::BTreeMap;

use serde_json::json;

use crate::generate::file::File;
use crate::generate::manifest::Origin;
use crate::generate::model::{Model, Program};
use crate::generate::template::render;

const TEMPLATE: &str = include_str!("templates/settings.env.j2");

/// What an operator changes in place of what is made here.
const ORIGIN: &str =
    "the manifests of the programs, or crates/xtask/src/generate/systemd/templates/settings.env.j2";

/// What all programs share.
pub(super) fn shared(model: &Model) -> Result<File, String> {
    let mut lines = BTreeMap::new();
    for program in &model.programs {
        lines.extend(bound(model, program, true));
    }
    let title = "What all programs are told, unless a file of their own says something else.";
    file(&model.delivery.name, title, lines)
}

/// What the program alone is told; nothing where there is nothing to tell.
pub(super) fn own(model: &Model, program: &Program) -> Result<Option<File>, String> {
    let lines: BTreeMap<_, _> = bound(model, program, false).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    file(&program.name, &format!("What {} is told.", program.name), lines).map(Some)
}

fn file(name: &str, title: &str, lines: BTreeMap<&str, &str>) -> Result<File, String> {
    let context = json!({ "name": name, "title": title, "lines": lines });
    Ok(File::with_hash(
        format!("systemd/settings/{name}.env"),
        ORIGIN,
        &render("settings.env", TEMPLATE, context)?,
    ))
}

/// The variables that come from a config, and what the program says of them.
fn bound<'a>(
    model: &'a Model,
    program: &'a Program,
    is_shared: bool,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let configs = program.environment.iter().filter(|binding| matches!(binding.origin, Origin::Config(_)));
    let chosen = configs.filter(move |binding| model.is_shared(program, binding) == is_shared);
    chosen.map(|binding| {
        let variable = program.variables.iter().find(|variable| variable.name == binding.variable);
        (binding.variable.as_str(), variable.map_or("", |variable| variable.description.as_str()))
    })
}

//! The files of settings: one for all programs, and one for each program.

use std::collections::BTreeMap;

use serde_json::json;

use crate::generate::file::File;
use crate::generate::manifest::Origin;
use crate::generate::model::{Model, Program};
use crate::generate::template::render;

const TEMPLATE: &str = include_str!("templates/settings.env.j2");

/// The origin in the first lines of the files.
const ORIGIN: &str =
    "the manifests of the programs, or crates/xtask/src/generate/systemd/templates/settings.env.j2";

/// The settings that all programs share.
pub(super) fn shared(model: &Model) -> Result<File, String> {
    let mut lines = BTreeMap::new();
    for program in &model.programs {
        lines.extend(bound(model, program, true));
    }
    let title = "Settings of all programs.";
    file(&model.delivery.name, title, lines)
}

/// The settings of one program; `None` where there are none.
pub(super) fn own(model: &Model, program: &Program) -> Result<Option<File>, String> {
    let lines: BTreeMap<_, _> = bound(model, program, false).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    file(&program.name, &format!("Settings of {}.", program.name), lines).map(Some)
}

fn file(name: &str, title: &str, lines: BTreeMap<&str, &str>) -> Result<File, String> {
    let context = json!({ "name": name, "title": title, "lines": lines });
    Ok(File::with_hash(
        format!("systemd/settings/{name}.env"),
        ORIGIN,
        &render("settings.env", TEMPLATE, context)?,
    ))
}

/// The variables that come from a config, and their descriptions.
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

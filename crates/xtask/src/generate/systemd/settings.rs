//! Example settings: one file for all programs, one for each program that has settings of its own.

use std::collections::BTreeMap;

use serde_json::json;

use crate::generate::manifest::Origin;
use crate::generate::model::{Model, Program};
use crate::generate::template::render;

const TEMPLATE: &str = include_str!("templates/settings.env.j2");

/// The settings that all programs share: the name of the file and its text.
pub(super) fn shared(model: &Model) -> Result<(String, String), String> {
    let mut lines = BTreeMap::new();
    for program in &model.programs {
        lines.extend(bound(model, program, true));
    }
    file(&model.delivery.name, "Settings of all programs on this machine.", lines)
}

/// The settings of one program; `None` where it has none of its own.
pub(super) fn own(model: &Model, program: &Program) -> Result<Option<(String, String)>, String> {
    let lines: BTreeMap<_, _> = bound(model, program, false).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    file(&program.name, &format!("Settings of {}.", program.name), lines).map(Some)
}

fn file(name: &str, title: &str, lines: BTreeMap<&str, &str>) -> Result<(String, String), String> {
    let context = json!({ "name": name, "title": title, "lines": lines });
    Ok((format!("{name}.env"), render("settings.env", TEMPLATE, context)?))
}

/// The variables that are no secrets and no literals, with their descriptions.
fn bound<'a>(
    model: &'a Model,
    program: &'a Program,
    is_shared: bool,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let configs = program.environment.iter().filter(|binding| matches!(binding.origin, Origin::Config(_)));
    let chosen = configs.filter(move |binding| model.is_shared(program, binding) == is_shared);
    chosen.map(|binding| (binding.variable.as_str(), binding.description.as_str()))
}

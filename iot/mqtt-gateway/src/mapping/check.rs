//! Checks across rules: contradictions, and rules that never apply.

use std::collections::BTreeMap;

use crate::transform::value::type_name;

use super::document::Mistake;
use super::topic::covers;
use super::{FieldRule, Mapping, Payload, Target};

/// Finds all contradictions.
pub(super) fn check(mapping: &Mapping) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    if mapping.rules.is_empty() && mapping.zigbee2mqtt.is_empty() {
        mistakes.push(Mistake { line: 1, message: "has neither [[rule]] nor [[zigbee2mqtt]]".to_owned() });
    }
    unreachable(mapping, &mut mistakes);
    types(mapping, &mut mistakes);
    twice(mapping, &mut mistakes);
    mistakes
}

fn unreachable(mapping: &Mapping, mistakes: &mut Vec<Mistake>) {
    for (at, rule) in mapping.rules.iter().enumerate() {
        let filter = rule.topic.filter();
        let before = mapping.rules.iter().take(at);
        if let Some(first) = before.into_iter().find(|earlier| covers(&earlier.topic.filter(), &filter)) {
            let message =
                format!("rule never applies: the one in line {} matches all its topics", first.line);
            mistakes.push(Mistake { line: rule.line, message });
        }
    }
}

fn types(mapping: &Mapping, mistakes: &mut Vec<Mistake>) {
    let mut seen: BTreeMap<(&str, &str), &FieldRule> = BTreeMap::new();
    let targets = || mapping.rules.iter().filter_map(|rule| rule.target.as_ref());
    for target in targets() {
        for (name, field) in fields(target) {
            let first = seen.entry((&target.measurement, name)).or_insert(field);
            let [before, now] = [first.conversion.value_type(), field.conversion.value_type()];
            if before != now {
                let (before, now) = (type_name(before), type_name(now));
                let message = format!("`{name}` is {now} here, but {before} in line {}", first.line);
                mistakes.push(Mistake { line: field.line, message });
            }
            let same_measurement = targets().filter(|other| other.measurement == target.measurement);
            if same_measurement.flat_map(|other| &other.tags).any(|tag| *tag.name == *name) {
                let message = format!("`{name}` is a tag of `{}` as well", target.measurement);
                mistakes.push(Mistake { line: field.line, message });
            }
        }
    }
}

fn fields(target: &Target) -> impl Iterator<Item = (&str, &FieldRule)> {
    let (listed, bare) = match &target.payload {
        Payload::Json { fields, .. } => (fields.as_slice(), None),
        Payload::Bare(field) => (&[][..], Some(field)),
    };
    listed.iter().chain(bare).filter_map(|field| field.name.fixed().map(|name| (name, field)))
}

fn twice(mapping: &Mapping, mistakes: &mut Vec<Mistake>) {
    for (at, installation) in mapping.zigbee2mqtt.iter().enumerate() {
        let same = |earlier: &&super::Zigbee2Mqtt| earlier.base == installation.base;
        if let Some(first) = mapping.zigbee2mqtt.iter().take(at).find(same) {
            let message = format!("zigbee2mqtt.base is that of line {} again", first.line);
            mistakes.push(Mistake { line: installation.line, message });
        }
        let alike = |earlier: &&super::Zigbee2Mqtt| {
            earlier.measurement == installation.measurement && earlier.tags == installation.tags
        };
        if let Some(first) = mapping.zigbee2mqtt.iter().take(at).find(alike) {
            let message = format!(
                "zigbee2mqtt needs `tags` or a `measurement` that distinguish its devices from those of line {}",
                first.line
            );
            mistakes.push(Mistake { line: installation.line, message });
        }
    }
}

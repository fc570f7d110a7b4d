//! Preparation of plans from rules of the mapping file.

use std::rc::Rc;

use crate::mapping::{FieldRule, Payload, TagSource, Target};

use super::destinations::{Destination, OtherFields};
use super::plan::{PayloadFormat, Plan};
use super::table::{Field, Table};

/// Nesting depth of unlisted numbers.
const DEPTH: u8 = 4;

/// Tags of the rows of a rule.
pub fn tags(target: &Target) -> Vec<Box<str>> {
    target.tags.iter().map(|tag| tag.name.clone()).collect()
}

/// Declares the fields whose names do not depend on the topic, so that no other field takes their names.
pub fn declare(target: &Target, table: &mut Table) {
    let fields: &[FieldRule] = match &target.payload {
        Payload::Json { fields, .. } => fields,
        Payload::Bare(field) => std::slice::from_ref(field),
    };
    for field in fields {
        if let Some(name) = field.name.fixed() {
            table.declare(described(field, name));
        }
    }
}

/// Creates the plan for a topic that matches a rule. `captured` are its captured levels.
pub fn plan(target: &Target, at: usize, captured: &[(&str, &str)], table: &mut Table) -> Plan {
    let mut plan = Plan { retained: target.retained, ..Plan::new(at) };
    for tag in &target.tags {
        let Some(column) = table.tag(&tag.name) else { continue };
        match &tag.source {
            TagSource::Text(template) => plan.tags.push((column, template.fill(captured).into())),
            TagSource::Payload(path) => plan.place(path, Destination::Tag(column)),
        }
    }
    if let Some((path, form)) = &target.time {
        plan.place(path, Destination::Time(*form));
    }
    match &target.payload {
        Payload::Json { fields, others } => {
            for field in fields {
                place(&mut plan, field, captured, table);
            }
            let selection = others.as_ref().map(Rc::clone);
            plan.destinations.others =
                selection.map(|selection| OtherFields { all: false, depth: DEPTH, selection });
        }
        Payload::Bare(field) => {
            plan.form = PayloadFormat::Bare;
            plan.keys.name = field.name.fill(captured).into();
            place(&mut plan, field, captured, table);
        }
    }
    plan
}

fn place(plan: &mut Plan, field: &FieldRule, captured: &[(&str, &str)], table: &mut Table) {
    let name = field.name.fill(captured);
    let described = described(field, &name);
    let column = if field.name.fixed().is_some() { table.declare(described) } else { table.field(described) };
    if let Some(column) = column {
        plan.place(&field.path, Destination::Field { column, conversion: field.conversion.clone() });
    }
}

fn described(field: &FieldRule, name: &str) -> Field {
    let (unit, description) = (field.unit.clone(), field.description.clone());
    Field { unit, description, ..Field::new(name, field.conversion.value_type()) }
}

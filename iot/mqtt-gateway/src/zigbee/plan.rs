//! Prepares what becomes of the values of a Zigbee device.

use std::rc::Rc;

use crate::transform::moment::{Form, Unit};
use crate::transform::node::Step;
use crate::transform::plan::{Others, PayloadForm, Plan, Selection, Slot};
use crate::transform::table::{Field, Table};
use crate::transform::value::Conversion;

use super::Expose;

type Tags = Vec<(u16, Box<str>)>;

/// The plan for the topic of a device, whose payload is an object of all its values.
///
/// What the device does not expose is stored by the type it comes with, one object deep: `update_state`.
pub fn of_state(
    at: usize,
    tags: Tags,
    exposes: &[Expose],
    selection: &Rc<Selection>,
    table: &mut Table,
) -> Plan {
    let mut plan = Plan { tags, ..Plan::new(at) };
    for expose in exposes {
        let path: Vec<_> = expose.path.iter().map(|key| Step::Key(key.clone())).collect();
        match slot(expose, selection, table) {
            Some(slot) => plan.place(&path, slot),
            None => plan.keys.skip(&path),
        }
    }
    plan.place(&[Step::Key("last_seen".into())], Slot::Time(Form::LastSeen));
    // A copy of what the list of devices says, where the installation is set to add it.
    plan.keys.skip(&[Step::Key("device".into())]);
    plan.slots.others = Some(Others { all: true, depth: 2, selection: Rc::clone(selection) });
    plan
}

/// The plan for the topic of one attribute, where the installation is set to `output: attribute`. There the members of
/// an object are joined by `-`. Nothing, where nobody wants it.
pub fn of_attribute(
    at: usize,
    tags: Tags,
    attribute: &str,
    exposes: &[Expose],
    selection: &Rc<Selection>,
    table: &mut Table,
) -> Option<Plan> {
    let mut plan = Plan { tags, form: PayloadForm::Bare, ..Plan::new(at) };
    let is_it = |expose: &&Expose| expose.path.join("-") == attribute;
    match exposes.iter().find(is_it) {
        Some(expose) => plan.place(&[], slot(expose, selection, table)?),
        None => {
            plan.keys.name = attribute.replace('-', "_").into();
            plan.slots.others = Some(Others { all: true, depth: 1, selection: Rc::clone(selection) });
        }
    }
    Some(plan)
}

/// The plan for `bridge/health`.
pub fn of_health(at: usize, tags: Tags) -> Plan {
    let mut plan = Plan { tags, ..Plan::new(at) };
    plan.place(&[Step::Key("response_time".into())], Slot::Time(Form::Epoch(Unit::Milliseconds)));
    plan.keys.skip(&[Step::Key("devices".into())]);
    plan.slots.others = Some(Others { all: false, depth: 2, selection: Rc::default() });
    plan
}

/// Keeps the name of what a device exposes for the type it has.
pub fn reserve(expose: &Expose, selection: &Selection, table: &mut Table) {
    if let Some(name) = selection.name(&expose.path.join("_")) {
        table.reserve(name, Conversion::of(expose.kind.clone()).value_type());
    }
}

fn slot(expose: &Expose, selection: &Selection, table: &mut Table) -> Option<Slot> {
    let name = expose.path.join("_");
    let name = selection.name(&name)?;
    let conversion = Conversion::of(expose.kind.clone());
    let field = Field { unit: expose.unit.clone(), ..Field::new(name, conversion.value_type()) };
    Some(Slot::Field { column: table.field(field)?, conversion })
}

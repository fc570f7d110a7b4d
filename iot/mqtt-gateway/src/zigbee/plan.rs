//! Plans for the topics of Zigbee devices.

use std::rc::Rc;

use crate::transform::destinations::{Destination, OtherFields, Selection};
use crate::transform::node::Step;
use crate::transform::plan::{PayloadFormat, Plan};
use crate::transform::table::{Field, Table};
use crate::transform::timestamp::{TimeFormat, Unit};
use crate::transform::value::Conversion;

use super::Expose;

type Tags = Vec<(u16, Box<str>)>;

/// Creates the plan for the topic of a device, whose payload is an object of all its values.
///
/// Values that the device does not expose are stored with the type of the value, one object deep: `update_state`.
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
        match destination(expose, selection, table) {
            Some(destination) => plan.place(&path, destination),
            None => plan.keys.skip(&path),
        }
    }
    plan.place(&[Step::Key("last_seen".into())], Destination::Time(TimeFormat::LastSeen));
    // The description of the device, which an installation may be set to add.
    plan.keys.skip(&[Step::Key("device".into())]);
    plan.destinations.others = Some(OtherFields { all: true, depth: 2, selection: Rc::clone(selection) });
    plan
}

/// Creates the plan for the topic of one attribute, for installations with `output: attribute`, where the members of an
/// object are joined by `-`; `None` if it is not selected.
pub fn of_attribute(
    at: usize,
    tags: Tags,
    attribute: &str,
    exposes: &[Expose],
    selection: &Rc<Selection>,
    table: &mut Table,
) -> Option<Plan> {
    let mut plan = Plan { tags, form: PayloadFormat::Bare, ..Plan::new(at) };
    let is_it = |expose: &&Expose| expose.path.join("-") == attribute;
    match exposes.iter().find(is_it) {
        Some(expose) => plan.place(&[], destination(expose, selection, table)?),
        None => {
            plan.keys.name = attribute.replace('-', "_").into();
            plan.destinations.others =
                Some(OtherFields { all: true, depth: 1, selection: Rc::clone(selection) });
        }
    }
    Some(plan)
}

/// Creates the plan for `bridge/health`.
pub fn of_health(at: usize, tags: Tags) -> Plan {
    let mut plan = Plan { tags, ..Plan::new(at) };
    plan.place(
        &[Step::Key("response_time".into())],
        Destination::Time(TimeFormat::Epoch(Unit::Milliseconds)),
    );
    plan.keys.skip(&[Step::Key("devices".into())]);
    plan.destinations.others = Some(OtherFields { all: false, depth: 2, selection: Rc::default() });
    plan
}

/// Reserves the name of an exposed value for its type.
pub fn reserve(expose: &Expose, selection: &Selection, table: &mut Table) {
    if let Some(name) = selection.name(&expose.path.join("_")) {
        table.reserve(name, Conversion::of(expose.kind.clone()).value_type());
    }
}

fn destination(expose: &Expose, selection: &Selection, table: &mut Table) -> Option<Destination> {
    let name = expose.path.join("_");
    let name = selection.name(&name)?;
    let conversion = Conversion::of(expose.kind.clone());
    let field = Field { unit: expose.unit.clone(), ..Field::new(name, conversion.value_type()) };
    Some(Destination::Field { column: table.field(field)?, conversion })
}

//! Words of the templates of a new program.

use serde_json::{Value, json};

use super::name::Name;
use super::{Arguments, Kind};

/// Names, in each spelling that a template needs, and the choices of the call.
pub(super) fn of(arguments: &Arguments, packages: &[(Name, String)]) -> Value {
    let name = &arguments.name;
    let service = arguments.client.as_ref().unwrap_or(name);
    let driver = packages.get(1).map_or(name, |(second, _)| second);
    let title = arguments.title.clone().unwrap_or_else(|| name.words());
    let is_poll = arguments.device == Some(Kind::Poll);
    let client = arguments.client.as_ref();
    let (row, rows) = if arguments.table { ("station", "stations") } else { ("reading", "readings") };
    let mut context = json!({
        "name": name.kebab(),
        "title": title,
        "record": name.snake(),
        "minute": name.minute(),
        "folders": packages.iter().map(|(_, folder)| folder).collect::<Vec<_>>(),
        "service": service.kebab(),
        "service_field": service.snake(),
        "Service": service.camel(),
        "SERVICE": service.upper(),
        "client": client.map(Name::kebab),
        "key": !arguments.no_key,
        "table": arguments.table,
        "history": arguments.history,
        "Row": if arguments.table { "Station" } else { "Reading" },
        "row": row,
        "rows": rows,
        "kind": null,
        "driver": driver.kebab(),
        "Driver": driver.camel(),
        "driver_folder": packages.get(1).filter(|_| arguments.device.is_some()).map(|(_, folder)| folder),
        "page": if arguments.device.is_some() { "adding-a-device.md" } else { "adding-a-pipeline.md" },
        "module": match (client, arguments.device.is_some() && !is_poll) {
            (Some(client), _) => client.snake(),
            (None, true) => driver.snake(),
            (None, false) => "source".to_owned(),
        },
    });
    if let (Some(kind), Some(context)) = (arguments.device, context.as_object_mut()) {
        context.extend(of_kind(kind, name, driver));
    }
    context
}

/// Words that depend on the kind of a device.
fn of_kind(kind: Kind, name: &Name, driver: &Name) -> serde_json::Map<String, Value> {
    let simulator = format!("{}-sim", driver.kebab());
    let recorded = format!("{simulator} --recording {{case}}/recording.hex");
    let url = format!("{}_URL", name.upper());
    let served = "http-sim --files {folder}/testcases/typical".to_owned();
    let (word, address, node, group, example) = match kind {
        Kind::Serial => ("serial", "SERIAL_PORT", "/dev/ttyUSB0", "dialout", "/dev/ttyUSB0"),
        Kind::Stream => ("stream", "SERIAL_PORT", "/dev/ttyUSB0", "dialout", "/dev/ttyUSB0"),
        Kind::I2c => ("i2c", "I2C_BUS", "/dev/i2c-1", "i2c", "/dev/i2c-1"),
        Kind::Poll => ("poll", url.as_str(), "", "", "http://192.168.1.20"),
    };
    let is_poll = kind == Kind::Poll;
    let (io, io_bound) = if kind == Kind::Stream {
        ("AsyncRead", "AsyncRead")
    } else {
        ("{AsyncRead, AsyncWrite}", "AsyncRead + AsyncWrite")
    };
    let words = json!({
        "kind": word,
        "address": address,
        "node": node,
        "group": group,
        "example": example,
        "io": io,
        "io_bound": io_bound,
        "call": if kind == Kind::Stream { "next" } else { "read" },
        "simulator": if is_poll { served } else { simulator },
        "case_simulator": if is_poll { "http-sim --files {case}".to_owned() } else { recorded },
    });
    words.as_object().cloned().unwrap_or_default()
}

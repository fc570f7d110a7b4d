//! Fields that records share: the places of their columns, and their values.

use line_protocol::Lines;
use record::{Batch, Fields, LineEncoder, Record, Role, Timestamp, Value};

/// Identity of a station.
#[derive(Fields)]
struct Station {
    #[record(tag)]
    station: String,
    #[record(tag, name = "API")]
    api: &'static str,
}

/// Conditions at a station.
#[derive(Fields)]
struct Conditions {
    #[record(flatten)]
    station: Station,
    /// Air temperature.
    #[record(unit = "°C", valid = -90.0..=60.0)]
    temp: f64,
    humidity: Option<f64>,
}

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    first: i64,
    #[record(flatten)]
    conditions: Conditions,
    #[record(time)]
    at: Timestamp,
    #[record(tag)]
    network: String,
    last: bool,
}

#[derive(Fields)]
struct Identity {
    #[record(key)]
    id: i32,
    name: String,
    #[record(partition)]
    shop: String,
}

#[derive(Record)]
#[record(table = "orders", write = "replace")]
struct Order {
    total: f64,
    #[record(flatten)]
    identity: Identity,
}

fn weather() -> Weather {
    let station = Station { station: "KSEA".into(), api: "current" };
    Weather {
        first: 1,
        conditions: Conditions { station, temp: 21.5, humidity: None },
        at: Timestamp::UNIX_EPOCH,
        network: "asos".into(),
        last: true,
    }
}

fn names<R: Record>() -> Vec<&'static str> {
    R::schema().columns.iter().map(|column| &*column.name).collect()
}

#[test]
fn flattened_columns_are_in_the_order_of_every_record() {
    let expected = ["time", "API", "network", "station", "first", "temp", "humidity", "last"];
    assert_eq!(names::<Weather>(), expected);
    assert_eq!(names::<Order>(), ["shop", "id", "total", "name"]);
}

#[test]
fn each_value_is_that_of_its_column() {
    let weather = weather();
    let values: Vec<_> = (0..9).map(|index| Record::value(&weather, index)).collect();
    let expected = [
        Value::Timestamp(Timestamp::UNIX_EPOCH),
        Value::Text("current"),
        Value::Text("asos"),
        Value::Text("KSEA"),
        Value::Integer(1),
        Value::Float(21.5),
        Value::Null,
        Value::Boolean(true),
        Value::Null,
    ];
    assert_eq!(values, expected);
}

#[test]
fn a_flattened_column_keeps_its_unit_range_and_description() {
    let temp = Weather::schema().column("temp").unwrap();
    assert_eq!((temp.unit.as_deref(), &*temp.description), (Some("°C"), "Air temperature."));
    assert_eq!((temp.valid.unwrap().max(), temp.role), (Some(60.0), Role::Field));
    assert!(Weather::schema().column("humidity").unwrap().optional);
}

#[test]
fn line_protocol_has_sorted_tags() {
    let records = [weather()];
    let batch = Batch::of(&records);
    let mut lines = Lines::new();
    LineEncoder::new(batch.schema()).unwrap().encode(&batch, 0, &mut lines).unwrap();
    let line = String::from_utf8(lines.as_bytes().to_vec()).unwrap();
    assert_eq!(
        line.trim_end(),
        "weather,API=current,network=asos,station=KSEA first=1i,temp=21.5,last=true 0"
    );
}

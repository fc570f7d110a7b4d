//! Tests of derived records and their batches.
#![expect(clippy::unwrap_used, reason = "a test")]

use record::{
    Batch, Date, Decimal, Json, OwnedBatch, Record, Role, Shape, Timestamp, Type, Valid, Value, WriteMode,
};

/// Weather at one place,
/// as observed.
///
/// More that is not the description.
#[derive(Debug, PartialEq, Record)]
#[record(measurement = "weather")]
struct Weather {
    /// Air temperature.
    #[record(unit = "°C", valid = -90.0..=60)]
    temp: f64,
    #[record(tag)]
    station: Option<String>,
    #[record(tag, name = "OpenWeatherAPI")]
    api: &'static str,
    #[record(time)]
    observed_at: Timestamp,
    #[record(valid = 0.0..)]
    rain_1h: Option<f64>,
}

#[derive(Record)]
#[record(table = "orders", write = "replace")]
struct Order {
    total: Decimal,
    #[record(key)]
    id: i32,
    #[record(partition)]
    shop: String,
    placed_on: Date,
    updated_at: Option<Timestamp>,
    lines: Json,
    r#type: String,
    paid: bool,
}

fn weather(temp: f64) -> Weather {
    let observed_at = "2026-11-22T04:28:17Z".parse().unwrap();
    Weather { temp, station: Some("KSEA".into()), api: "current", observed_at, rain_1h: None }
}

fn order(id: i32) -> Order {
    Order {
        total: "12.10".parse().unwrap(),
        id,
        shop: "north".into(),
        placed_on: "2026-11-22".parse().unwrap(),
        updated_at: "2026-11-22T04:28:17.123456789Z".parse().ok(),
        lines: serde_json::json!([{ "sku": "a", "count": 2 }]),
        r#type: "web".into(),
        paid: true,
    }
}

#[test]
fn a_schema_lists_time_then_sorted_tags_then_fields() {
    let schema = Weather::schema();
    let columns: Vec<_> = schema.columns.iter().map(|column| (&*column.name, column.role)).collect();
    assert_eq!(
        columns,
        [
            ("time", Role::Time),
            ("OpenWeatherAPI", Role::Tag),
            ("station", Role::Tag),
            ("temp", Role::Field),
            ("rain_1h", Role::Field),
        ]
    );
    assert_eq!((&*schema.name, schema.shape), ("weather", Shape::Measurement));
    assert_eq!(schema.description, "Weather at one place, as observed.");
}

#[test]
fn a_column_knows_its_type_unit_and_description() {
    let temp = Weather::schema().column("temp").unwrap();
    assert_eq!((temp.value_type, temp.optional), (Type::Float, false));
    assert_eq!((temp.unit.as_deref(), &*temp.description), (Some("°C"), "Air temperature."));
    assert!(Weather::schema().column("rain_1h").unwrap().optional);
}

#[test]
fn a_table_has_partitions_keys_and_fields_of_every_type() {
    let schema = Order::schema();
    assert_eq!(schema.shape, Shape::Table(WriteMode::Replace));
    let types: Vec<_> = schema.columns.iter().map(|column| (&*column.name, column.value_type)).collect();
    assert_eq!(
        types,
        [
            ("shop", Type::Text),
            ("id", Type::Integer),
            ("total", Type::Decimal),
            ("placed_on", Type::Date),
            ("updated_at", Type::Timestamp),
            ("lines", Type::Json),
            ("type", Type::Text),
            ("paid", Type::Boolean),
        ]
    );
}

#[test]
fn a_batch_reads_slices_and_filters_without_copying() {
    let records: Vec<_> = (0..10).map(|n| weather(f64::from(n))).collect();
    let batch = Batch::of(&records).named("outdoors");
    assert_eq!((batch.len(), &*batch.schema().name), (10, "outdoors"));
    let sizes: Vec<_> = batch.chunks(4).map(|chunk| chunk.len()).collect();
    assert_eq!(sizes, [4, 4, 2]);
    let tail = batch.slice(8..99);
    assert_eq!((tail.len(), tail.value(0, 3)), (2, Value::Float(8.0)));
    assert_eq!(tail.value(2, 3), Value::Null);
    let odd = batch.filter(|row| row % 2 == 1);
    assert_eq!((odd.len(), odd.value(4, 3)), (5, Value::Float(9.0)));
    assert_eq!(odd.slice(1..2).value(0, 3), Value::Float(3.0));
}

#[test]
fn a_number_that_is_not_finite_or_out_of_its_range_is_refused_by_name() {
    let damp = Weather { rain_1h: Some(-0.5), ..weather(1.0) };
    let records = [weather(1.0), weather(f64::NAN), weather(f64::NEG_INFINITY), weather(70.0), damp];
    let refused: Vec<_> =
        Batch::of(&records).refused().into_iter().map(|row| (row.row, row.reason)).collect();
    let expected = [
        (1, "`temp` is NaN"),
        (2, "`temp` is -inf"),
        (3, "`temp` is 70.0 °C, and can only be -90 to 60 °C"),
        (4, "`rain_1h` is -0.5, and can only be at least 0"),
    ];
    assert_eq!(refused, expected.map(|(row, reason)| (row, reason.to_owned())));
}

#[test]
fn a_row_is_json_without_absent_values() {
    let records = [weather(21.5)];
    let json = serde_json::to_string(&Batch::of(&records).row(0)).unwrap();
    let expected = r#"{"measurement":"weather","time":"2026-11-22T04:28:17Z","OpenWeatherAPI":"current","station":"KSEA","temp":21.5}"#;
    assert_eq!(json, expected);
}

#[test]
fn an_owned_batch_comes_back_from_its_bytes_as_it_was() {
    let orders = [order(1), order(2)];
    let batch = Batch::of(&orders);
    let bytes = OwnedBatch::copy_of(&batch).unwrap().to_bytes().unwrap();
    let back = OwnedBatch::from_bytes(&bytes).unwrap();
    assert_eq!(back.batch().schema(), batch.schema());
    for row in 0..batch.len() {
        for column in 0..batch.schema().columns.len() {
            assert_eq!(back.batch().value(row, column), batch.value(row, column));
        }
    }
}

#[test]
fn a_batch_is_written_as_its_copy_would_be() {
    let (measured, ordered) = ([weather(1.5), weather(f64::NAN)], [order(1), order(2)]);
    for batch in [Batch::of(&measured), Batch::of(&ordered), Batch::of(&ordered).filter(|row| row == 1)] {
        let copied = OwnedBatch::copy_of(&batch).unwrap().to_bytes().unwrap();
        assert_eq!(batch.to_bytes().unwrap(), copied);
    }
}

#[test]
fn bytes_that_do_not_fit_their_schema_are_not_a_batch() {
    let records = [weather(21.5)];
    let bytes = OwnedBatch::copy_of(&Batch::of(&records)).unwrap().to_bytes().unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("21.5"));
    let error = OwnedBatch::from_bytes(text.replace("21.5", "\"warm\"").as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "row 0: `temp` does not hold a value of its type");
    assert!(OwnedBatch::from_bytes(b"[]").is_err());
}

#[test]
fn a_range_of_valid_values_is_part_of_the_schema_and_its_description() {
    let valid = |name: &str| Weather::schema().column(name).and_then(|column| column.valid);
    assert_eq!(valid("temp"), Valid::new(Some(-90.0), Some(60.0)));
    assert_eq!(valid("rain_1h"), Valid::new(Some(0.0), None));
    assert_eq!(valid("station"), None);
    let schema = serde_json::to_value(Weather::schema()).unwrap();
    assert_eq!(schema.pointer("/columns/3/valid"), Some(&serde_json::json!({ "min": -90.0, "max": 60.0 })));
    assert_eq!(schema.pointer("/columns/4/valid"), Some(&serde_json::json!({ "min": 0.0 })));
}

#[test]
fn a_record_without_fields_says_nothing() {
    #[derive(Record)]
    #[record(measurement = "levels")]
    struct Level {
        #[record(time)]
        at: Timestamp,
        #[record(tag)]
        station: &'static str,
        /// Water level.
        level: Option<f64>,
    }
    let at = |level| Level { at: Timestamp::UNIX_EPOCH, station: "Eton", level };
    assert!(at(Some(0.0)).has_fields());
    assert!(!at(None).has_fields());
}

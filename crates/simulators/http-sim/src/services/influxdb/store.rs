//! Storage of points: one per series and time; the last value of a field wins, and its type never changes.

use std::collections::{BTreeMap, HashMap};

use line_protocol::{Field, FieldValue, Lines, Name};

/// One stored point.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Bucket.
    pub bucket: String,
    /// The measurement.
    pub measurement: String,
    /// Tags by key.
    pub tags: BTreeMap<String, String>,
    /// Field values by key.
    pub fields: BTreeMap<String, FieldValue>,
    /// Nanoseconds since 1970.
    pub time_ns: i64,
}

/// A point that was rejected, because a field has another type than before.
pub(super) struct Conflict {
    pub(super) measurement: String,
    pub(super) field: String,
    pub(super) given: &'static str,
    pub(super) stored: &'static str,
}

#[derive(Debug, Default)]
pub(super) struct Store {
    points: BTreeMap<Series, BTreeMap<String, FieldValue>>,
    types: HashMap<(String, String, String), &'static str>,
}

/// Identity of a point: bucket, measurement, tags, time.
type Series = (String, String, BTreeMap<String, String>, i64);

impl Store {
    pub(super) fn insert(&mut self, point: Point) -> Result<(), Conflict> {
        for (field, value) in &point.fields {
            let given = type_name(value);
            let stored = *self.types.get(&type_key(&point, field)).unwrap_or(&given);
            if stored != given {
                return Err(Conflict { measurement: point.measurement, field: field.clone(), given, stored });
            }
        }
        for (field, value) in &point.fields {
            self.types.insert(type_key(&point, field), type_name(value));
        }
        let series = (point.bucket, point.measurement, point.tags, point.time_ns);
        self.points.entry(series).or_default().extend(point.fields);
        Ok(())
    }

    pub(super) fn points(&self) -> Vec<Point> {
        let point = |((bucket, measurement, tags, time_ns), fields): (&Series, &BTreeMap<_, _>)| Point {
            bucket: bucket.clone(),
            measurement: measurement.clone(),
            tags: tags.clone(),
            fields: fields.clone(),
            time_ns: *time_ns,
        };
        self.points.iter().map(point).collect()
    }

    pub(super) fn lines(&self) -> String {
        let mut lines = Lines::new();
        for point in self.points() {
            // Parsed line protocol can be written as line protocol.
            let _ = write(&mut lines, &point);
        }
        lines.as_str().to_owned()
    }
}

fn write(lines: &mut Lines, point: &Point) -> Result<(), line_protocol::Error> {
    let measurement = Name::measurement(&point.measurement)?;
    let mut line = lines.line(&measurement);
    for (key, value) in &point.tags {
        line.tag(&Name::key(key)?, value)?;
    }
    for (key, value) in &point.fields {
        let field = match value {
            FieldValue::Float(number) => Field::Float(*number),
            FieldValue::Int(number) => Field::Int(*number),
            FieldValue::UInt(number) => Field::UInt(*number),
            FieldValue::Bool(flag) => Field::Bool(*flag),
            FieldValue::Text(text) => Field::Text(text),
        };
        line.field(&Name::key(key)?, field)?;
    }
    line.end(point.time_ns)
}

fn type_key(point: &Point, field: &str) -> (String, String, String) {
    (point.bucket.clone(), point.measurement.clone(), field.to_owned())
}

/// InfluxDB's name of the type of a value.
fn type_name(value: &FieldValue) -> &'static str {
    match value {
        FieldValue::Float(_) => "float",
        FieldValue::Int(_) => "integer",
        FieldValue::UInt(_) => "unsigned",
        FieldValue::Bool(_) => "boolean",
        FieldValue::Text(_) => "string",
    }
}

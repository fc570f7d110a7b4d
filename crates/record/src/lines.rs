//! A batch as line protocol.

use std::fmt::Write as _;

use line_protocol::{Field, Lines, Name};

use crate::{Batch, Role, Schema, Value};

/// Writes the rows of a batch as lines. Names are escaped once, a row allocates nothing.
///
/// Line protocol has fewer types than a record: a time, a date or a document becomes text, a decimal a float.
#[derive(Debug)]
pub struct LineEncoder {
    measurement: Name,
    columns: Vec<(Name, Role)>,
    /// Buffer for the values that become text, reused from row to row.
    text: String,
}

impl LineEncoder {
    /// An encoder for batches of this schema.
    ///
    /// # Errors
    ///
    /// A name that line protocol cannot represent.
    pub fn new(schema: &Schema) -> Result<Self, line_protocol::Error> {
        let name = |column: &crate::Column| Ok((Name::key(&column.name)?, column.role));
        Ok(Self {
            measurement: Name::measurement(&schema.name)?,
            columns: schema.columns.iter().map(name).collect::<Result<_, _>>()?,
            text: String::new(),
        })
    }

    /// Adds a row as a line. On an error nothing is added.
    ///
    /// # Errors
    ///
    /// The reason why the row has no line protocol, with the column.
    pub fn encode(&mut self, batch: &Batch<'_>, row: usize, lines: &mut Lines) -> Result<(), String> {
        let mut line = lines.line(&self.measurement);
        let mut time = None;
        for (index, (name, role)) in self.columns.iter().enumerate() {
            let written = match (role, batch.value(row, index)) {
                (_, Value::Null) => Ok(()),
                (Role::Time, Value::Timestamp(at)) => {
                    time = i64::try_from(at.as_nanosecond()).ok();
                    Ok(())
                }
                (Role::Tag, Value::Text(value)) => line.tag(name, value),
                (_, value) => line.field(name, field(value, &mut self.text)),
            };
            written.map_err(|error| refusal(batch, index, error))?;
        }
        let time = time.ok_or("the time is missing, or further from 1970 than 292 years")?;
        line.end(time).map_err(|error| error.to_string())
    }
}

fn field<'a>(value: Value<'a>, text: &'a mut String) -> Field<'a> {
    match value {
        Value::Float(number) => Field::Float(number),
        Value::Integer(number) => Field::Int(number),
        Value::Boolean(yes) => Field::Bool(yes),
        Value::Text(value) => Field::Text(value),
        Value::Decimal(number) => Field::Float(number.try_into().unwrap_or(f64::NAN)),
        Value::Timestamp(time) => spelled(text, time),
        Value::Date(date) => spelled(text, date),
        Value::Json(document) => spelled(text, document),
        Value::Null => Field::Text(""),
    }
}

fn spelled(text: &mut String, value: impl std::fmt::Display) -> Field<'_> {
    text.clear();
    // Writing to a string does not fail.
    let _ = write!(text, "{value}");
    Field::Text(text)
}

fn refusal(batch: &Batch<'_>, index: usize, error: line_protocol::Error) -> String {
    let column = batch.schema().columns.get(index).map_or("?", |column| &column.name);
    format!("`{column}`: {error}")
}

//! Fields that several records share.

use crate::{Column, Value};

/// Columns and their values: a part of a record, or all of it. Implemented by `#[derive(Fields)]` for a struct that
/// records share with `#[record(flatten)]`, and by `#[derive(Record)]` for each record.
///
/// The attributes of the fields are those of [`Record`](crate::Record); a flattened struct may flatten another.
///
/// ```
/// use record::{Batch, Fields, Record, Timestamp};
///
/// /// Identity of the sensor.
/// #[derive(Fields)]
/// struct Origin {
///     #[record(tag)]
///     sensor: String,
///     #[record(tag)]
///     location: Option<String>,
/// }
///
/// /// Air of a room.
/// #[derive(Record)]
/// #[record(measurement = "air")]
/// struct Air {
///     #[record(time)]
///     at: Timestamp,
///     #[record(flatten)]
///     origin: Origin,
///     co2: f64,
/// }
///
/// let names: Vec<_> = Air::schema().columns.iter().map(|column| column.name.as_ref()).collect();
/// assert_eq!(names, ["time", "location", "sensor", "co2"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be flattened into a record",
    label = "not a struct of fields",
    note = "derive `record::Fields` for it"
)]
pub trait Fields {
    /// The columns, in the order of the struct.
    const COLUMNS: &'static [Column];

    /// The value of column `index` of [`Fields::COLUMNS`]; [`Value::Null`] where there is no such column.
    fn field(&self, index: usize) -> Value<'_>;
}

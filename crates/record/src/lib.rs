//! Records, which a source yields and any sink stores.
//!
//! A source describes its data as a struct and derives [`Record`]. The struct is the [`Schema`]: its name,
//! keys, types, units and descriptions are written once, and line protocol, SQL tables, JSON and
//! documentation follow from it.
//!
//! ```
//! use record::{Record, Timestamp};
//!
//! /// Weather at one place, as observed.
//! #[derive(Record)]
//! #[record(measurement = "weather")]
//! struct Weather {
//!     #[record(time)]
//!     observed_at: Timestamp,
//!     #[record(tag)]
//!     city: String,
//!     /// Air temperature.
//!     #[record(unit = "°C")]
//!     temp: f64,
//!     /// Rain in the last hour; absent when it is dry.
//!     #[record(unit = "mm")]
//!     rain_1h: Option<f64>,
//! }
//!
//! assert_eq!(Weather::schema().column("temp").and_then(|column| column.unit.as_deref()), Some("°C"));
//! ```
//!
//! This crate does no I/O. It does not know stores, programs, or where a record comes from.

// The derive macro writes `::record::…`; inside this crate that name has to exist too.
extern crate self as record;

mod batch;
#[doc(hidden)]
pub mod derived;
mod field;
mod fields;
mod lines;
mod owned;
mod schema;
mod valid;
mod value;

pub use jiff::Timestamp;
pub use jiff::civil::Date;
pub use record_derive::{Fields, Record};
pub use rust_decimal::Decimal;
pub use serde_json::Value as Json;

pub use batch::{Batch, Refused, Rows};
pub use field::{Field, LabelField, TagField, TimeField};
pub use fields::Fields;
pub use lines::LineEncoder;
pub use owned::{DecodeError, OwnedBatch};
pub use schema::{Column, Role, Schema, Shape, Type, WriteMode};
pub use valid::Valid;
pub use value::Value;

/// A struct whose fields are the columns of a measurement or a table. Implemented by `#[derive(Record)]`.
///
/// On the struct:
///
/// - `#[record(measurement = "name")]`: one time, tags (identity, few values), fields.
/// - `#[record(table = "name")]`, with `write = "upsert"` (the default), `"append"` or `"replace"`.
/// - `event`: each row is an event, such as an earthquake. A threshold on one of its fields alerts once for each row and
///   has no end. A table of events has a key.
///
/// On a field, which is a plain field unless it says otherwise:
///
/// - `time`: when it was observed; exactly one in a measurement.
/// - `tag`: part of a measurement's identity; text.
/// - `key`: part of a table's identity.
/// - `partition`: a key whose rows a `replace` swaps as one.
/// - `unit = "°C"`: the unit of measurement.
/// - `valid = 0.0..=999.9`: the valid range of a number, both ends included and each of them optional. A record with a
///   number outside is rejected.
/// - `label`: the value is shown in the texts of alerts about the record. For fields; tags and keys are shown anyway.
/// - `name = "OpenWeatherAPI"`: the column's name, where it is not the field's.
/// - `flatten`: the columns of a struct that derives [`Fields`], in its place. Time, tags and keys of it come first all
///   the same, as those of the record do.
///
/// The doc comments of struct and fields are the descriptions.
pub trait Record {
    /// Schema of the record.
    fn schema() -> &'static Schema
    where
        Self: Sized;

    /// The value of column `index` of the schema; [`Value::Null`] where there is no such column.
    fn value(&self, index: usize) -> Value<'_>;

    /// Whether any field is there. Time, tags and keys do not count: a record without a field says nothing.
    fn has_fields(&self) -> bool
    where
        Self: Sized,
    {
        let columns = Self::schema().columns.iter().enumerate();
        columns
            .filter(|(_, column)| column.role == Role::Field)
            .any(|(index, _)| !self.value(index).is_null())
    }
}

//! Rust types that can be a column, and access to their values.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{Type, Value};

/// A Rust type that can be a column of a record.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a column of a record",
    label = "not a column type",
    note = "columns are f64, i64 and smaller integers, bool, String, Timestamp, Date, Decimal, Json, or an Option of these",
    note = "an f32 becomes f64 and a u64 becomes i64 or Decimal at the source, where what it means is known"
)]
pub trait Field {
    /// The type of its values.
    const TYPE: Type;
    /// Whether it may be absent.
    const OPTIONAL: bool = false;

    /// The value, borrowed.
    fn value(&self) -> Value<'_>;
}

/// A Rust type that can be a tag: text, or text that may be absent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a tag",
    label = "a tag is text",
    note = "a tag says which series a point belongs to; what is measured is a field"
)]
pub trait TagField: Field {}

/// A Rust type that can be a label: readable text of one line.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a label",
    label = "not a type for a label",
    note = "a label is shown in the title of an alert: text, a number, a time"
)]
pub trait LabelField: Field {}

/// A Rust type that can be the time of a measurement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the time of a measurement",
    label = "the time is a record::Timestamp"
)]
pub trait TimeField: Field {}

macro_rules! field {
    ($($rust:ty => $kind:ident, |$this:ident| $value:expr;)*) => {$(
        impl Field for $rust {
            const TYPE: Type = Type::$kind;

            fn value(&self) -> Value<'_> {
                let $this = self;
                Value::$kind($value)
            }
        }
    )*};
}

field! {
    f64 => Float, |number| *number;
    i64 => Integer, |number| *number;
    i32 => Integer, |number| i64::from(*number);
    i16 => Integer, |number| i64::from(*number);
    i8 => Integer, |number| i64::from(*number);
    u32 => Integer, |number| i64::from(*number);
    u16 => Integer, |number| i64::from(*number);
    u8 => Integer, |number| i64::from(*number);
    bool => Boolean, |yes| *yes;
    String => Text, |text| text;
    &'static str => Text, |text| text;
    Timestamp => Timestamp, |time| *time;
    Date => Date, |date| *date;
    Decimal => Decimal, |number| *number;
    serde_json::Value => Json, |document| document;
}

impl<T: Field> Field for Option<T> {
    const TYPE: Type = T::TYPE;
    const OPTIONAL: bool = true;

    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Field::value)
    }
}

macro_rules! label {
    ($($rust:ty),*) => {$(impl LabelField for $rust {})*};
}

label!(f64, i64, i32, i16, i8, u32, u16, u8, bool, String, &'static str, Timestamp, Date, Decimal);
impl<T: LabelField> LabelField for Option<T> {}

impl TimeField for Timestamp {}
impl TagField for String {}
impl TagField for &'static str {}
impl<T: TagField> TagField for Option<T> {}

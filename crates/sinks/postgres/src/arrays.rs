//! The rows of a batch as one array per column.

use std::time::SystemTime;

use record::{Batch, Date, Decimal, Json, Role, Value};
use sink_sql::{Layout, microseconds};
use tokio_postgres::types::{ToSql, Type};

/// The rows of a batch as one array per column.
pub(crate) struct Arrays<'a>(Vec<Array<'a>>);

enum Array<'a> {
    Float(Vec<Option<f64>>),
    Integer(Vec<Option<i64>>),
    Boolean(Vec<Option<bool>>),
    Text(Vec<Option<&'a str>>),
    Timestamp(Vec<Option<SystemTime>>),
    Date(Vec<Option<Date>>),
    Decimal(Vec<Option<Decimal>>),
    Json(Vec<Option<&'a Json>>),
}

impl<'a> Arrays<'a> {
    pub(crate) fn of(layout: &Layout, batch: &'a Batch<'_>, rows: &[usize]) -> Self {
        let columns = layout.columns.iter().enumerate();
        let array = |(index, column): (usize, &sink_sql::Held)| {
            // An absent tag is the empty one.
            let absent = if column.role == Role::Tag { Value::Text("") } else { Value::Null };
            let value = |row: &usize| match batch.value(*row, index) {
                Value::Null => absent,
                value => value,
            };
            Array::of(column.value_type, rows.iter().map(value))
        };
        Self(columns.map(array).collect())
    }

    pub(crate) fn parameters(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.0.iter().map(Array::parameter).collect()
    }
}

macro_rules! collect {
    ($values:expr, $kind:ident, |$value:ident| $convert:expr) => {
        Array::$kind(
            $values
                .map(|value| match value {
                    Value::$kind($value) => Some($convert),
                    _ => None,
                })
                .collect(),
        )
    };
}

impl<'a> Array<'a> {
    fn of(value_type: record::Type, values: impl Iterator<Item = Value<'a>>) -> Self {
        use record::Type as Of;
        match value_type {
            Of::Float => collect!(values, Float, |number| number),
            Of::Integer => collect!(values, Integer, |number| number),
            Of::Boolean => collect!(values, Boolean, |yes| yes),
            Of::Text => collect!(values, Text, |text| text),
            Of::Timestamp => collect!(values, Timestamp, |time| SystemTime::from(microseconds(time))),
            Of::Date => collect!(values, Date, |date| date),
            Of::Decimal => collect!(values, Decimal, |number| number),
            Of::Json => collect!(values, Json, |document| document),
        }
    }

    fn parameter(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Float(values) => (values, Type::FLOAT8_ARRAY),
            Self::Integer(values) => (values, Type::INT8_ARRAY),
            Self::Boolean(values) => (values, Type::BOOL_ARRAY),
            Self::Text(values) => (values, Type::TEXT_ARRAY),
            Self::Timestamp(values) => (values, Type::TIMESTAMPTZ_ARRAY),
            Self::Date(values) => (values, Type::DATE_ARRAY),
            Self::Decimal(values) => (values, Type::NUMERIC_ARRAY),
            Self::Json(values) => (values, Type::JSONB_ARRAY),
        }
    }
}

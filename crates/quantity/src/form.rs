//! The forms of a number with a unit in JSON.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// A number with a unit as it is written in JSON.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Form {
    Number(f64),
    Text(String),
    Object(Object),
}

/// A `QuantitativeValue`, <https://schema.org/QuantitativeValue>.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Object {
    pub(crate) value: Option<f64>,
    pub(crate) min_value: Option<f64>,
    pub(crate) max_value: Option<f64>,
    unit_code: Option<String>,
}

impl Form {
    /// Reads a form; `None` for null, and for an absent member.
    pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Option::deserialize(deserializer)
            .map_err(|_| D::Error::custom("expected a number, text or a quantity"))
    }
}

impl Object {
    /// The unit without its prefix: `km_h-1` for `wmoUnit:km_h-1`.
    pub(crate) fn unit(&self) -> Option<String> {
        let code = self.unit_code.as_deref()?;
        Some(code.rsplit_once(':').map_or(code, |(_, name)| name).to_owned())
    }
}

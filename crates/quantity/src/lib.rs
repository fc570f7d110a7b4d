//! Numbers with their units, in the forms in which services write them.
//!
//! A client has a [`Quantity`] or a [`QuantityRange`] in its replies. Either reads as absent where the service leaves it
//! out or nulls it. The conversion to the unit of a record names the member whose unit is not known.

mod form;
mod range;

use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use units::UnknownUnit;

use form::Form;
pub use range::QuantityRange;

/// A number and its unit: a bare number, or an object of `value` and `unitCode`. The default is absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Quantity {
    /// The number; `None` where the reply has null or nothing.
    pub value: Option<f64>,
    /// The unit without its prefix, as in `degC` or `percent`; `None` for a bare number.
    pub unit: Option<String>,
}

/// A quantity in a unit that is not known, or not one of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{member}` is in `{unit}`, which is not a known unit of it")]
pub struct WrongUnit {
    /// The member of the reply.
    pub member: &'static str,
    /// The unit; empty for a bare number.
    pub unit: String,
}

impl Quantity {
    /// Gives a bare number its unit: the one that the service means.
    pub fn assume_unit(&mut self, unit: &str) {
        self.unit.get_or_insert_with(|| unit.to_owned());
    }

    /// The number after conversion from its unit, as in `to("dewpoint", Temperature::celsius)`. An absent number needs no
    /// unit.
    ///
    /// # Errors
    ///
    /// The quantity has no unit, or one that is not known. The error names it and `member`.
    pub fn to<U: FromStr<Err = UnknownUnit>>(
        &self,
        member: &'static str,
        convert: impl Fn(U, f64) -> f64,
    ) -> Result<Option<f64>, WrongUnit> {
        let Some(value) = self.value else { return Ok(None) };
        let unit = self.unit.as_deref().unwrap_or_default().parse();
        let unit = unit.map_err(|error: UnknownUnit| WrongUnit { member, unit: error.symbol })?;
        Ok(Some(convert(unit, value)))
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Form::read(deserializer)? {
            None => Ok(Self::default()),
            Some(Form::Number(value)) => Ok(Self { value: Some(value), unit: None }),
            Some(Form::Object(object)) => Ok(Self { value: object.value, unit: object.unit() }),
            Some(Form::Text(_)) => Err(D::Error::custom("expected a number or a quantity, found text")),
        }
    }
}

#[cfg(test)]
mod tests {
    use units::{Share, Temperature};

    use super::*;

    fn quantity(json: &str) -> Result<Quantity, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_quantity_is_a_number_or_an_object_or_absent() {
        assert_eq!(quantity("78").unwrap(), Quantity { value: Some(78.0), unit: None });
        let degrees = Quantity { value: Some(5.5), unit: Some("degC".into()) };
        assert_eq!(
            quantity(r#"{"unitCode":"wmoUnit:degC","value":5.5,"qualityControl":"V"}"#).unwrap(),
            degrees
        );
        assert_eq!(quantity(r#"{"unitCode":"unit:degC","value":5.5}"#).unwrap(), degrees);
        assert_eq!(quantity("null").unwrap(), Quantity::default());
        assert_eq!(quantity(r#"{"unitCode":null,"value":null}"#).unwrap(), Quantity::default());
        assert!(quantity(r#""warm""#).is_err());
    }

    #[test]
    fn a_quantity_is_converted_from_the_unit_it_has() {
        let mut warm = Quantity { value: Some(50.0), unit: None };
        let celsius = |quantity: &Quantity| quantity.to("air", Temperature::celsius);
        assert_eq!(celsius(&warm), Err(WrongUnit { member: "air", unit: String::new() }));
        warm.assume_unit("F");
        assert_eq!(celsius(&warm), Ok(Some(10.0)));
        assert_eq!(celsius(&Quantity::default()), Ok(None));
        let mut own = Quantity { value: Some(5.5), unit: Some("degC".into()) };
        own.assume_unit("F");
        assert_eq!(celsius(&own), Ok(Some(5.5)));
    }

    #[test]
    fn a_unit_of_another_kind_names_the_member() {
        let wet = Quantity { value: Some(50.0), unit: Some("percent".into()) };
        assert_eq!(wet.to("humidity", Share::percent), Ok(Some(50.0)));
        let error = wet.to("dewpoint", Temperature::celsius).unwrap_err();
        assert_eq!(error.to_string(), "`dewpoint` is in `percent`, which is not a known unit of it");
    }
}

/// Compiles the example of the front page.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

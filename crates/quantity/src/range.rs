//! Two numbers with a unit.

use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::Quantity;
use crate::form::Form;

/// A range of a quantity such as a wind speed: text as in `5 to 10 mph`, or an object. One value is both ends. The
/// default is absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QuantityRange {
    /// Value of the lower end.
    pub min: Option<f64>,
    /// Value of the upper end.
    pub max: Option<f64>,
    /// The unit, as in `mph`, `km/h` or `km_h-1`.
    pub unit: Option<String>,
}

/// Text that is no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a number or a range with a unit, as in `5 to 10 mph`")]
pub struct NoRange;

impl QuantityRange {
    /// The lower end, or the one value.
    pub fn low(&self) -> Quantity {
        Quantity { value: self.min, unit: self.unit.clone() }
    }

    /// The upper end, or the one value.
    pub fn high(&self) -> Quantity {
        Quantity { value: self.max, unit: self.unit.clone() }
    }
}

/// Reads `10 mph`, `5 to 10 mph`, `5-10 mph`, `5 mph to 10 mph`, and `Calm`, which is a speed of 0. Capitals do not
/// matter, and a range told backwards is turned around.
impl FromStr for QuantityRange {
    type Err = NoRange;

    fn from_str(text: &str) -> Result<Self, NoRange> {
        let text = text.trim().to_ascii_lowercase();
        let text = if text == "calm" { "0 m/s" } else { &text };
        let (rest, unit) = text.rsplit_once(' ').ok_or(NoRange)?;
        let (one, other) = rest.split_once(" to ").or_else(|| rest.split_once('-')).unwrap_or((rest, rest));
        let number = |text: &str| {
            let text = text.trim().strip_suffix(unit).unwrap_or(text).trim();
            text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0).ok_or(NoRange)
        };
        let (one, other) = (number(one)?, number(other)?);
        Ok(Self { min: Some(one.min(other)), max: Some(one.max(other)), unit: Some(unit.to_owned()) })
    }
}

impl<'de> Deserialize<'de> for QuantityRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Form::read(deserializer)? {
            None => Ok(Self::default()),
            Some(Form::Object(object)) => {
                let [min, max] = [object.min_value, object.max_value].map(|end| end.or(object.value));
                Ok(Self { min, max, unit: object.unit() })
            }
            Some(Form::Text(text)) if text.trim().is_empty() => Ok(Self::default()),
            Some(Form::Text(text)) => text.parse().map_err(D::Error::custom),
            Some(Form::Number(_)) => Err(D::Error::custom("expected a range with its unit, found a number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use units::Speed;

    use super::*;

    fn wind(json: &str) -> Result<QuantityRange, serde_json::Error> {
        serde_json::from_str(json)
    }

    fn between(min: f64, max: f64, unit: &str) -> QuantityRange {
        QuantityRange { min: Some(min), max: Some(max), unit: Some(unit.into()) }
    }

    #[test]
    fn a_range_is_text_or_an_object_or_absent() {
        assert_eq!(wind(r#""10 mph""#).unwrap(), between(10.0, 10.0, "mph"));
        assert_eq!(wind(r#""5 to 10 mph""#).unwrap(), between(5.0, 10.0, "mph"));
        assert_eq!(wind(r#""5-10 mph""#).unwrap(), between(5.0, 10.0, "mph"));
        assert_eq!(wind(r#""0 km/h""#).unwrap(), between(0.0, 0.0, "km/h"));
        assert_eq!(wind(r#""10 to 5 MPH""#).unwrap(), between(5.0, 10.0, "mph"));
        assert_eq!(wind(r#""5 mph to 10 mph""#).unwrap(), between(5.0, 10.0, "mph"));
        assert_eq!(wind(r#""Calm""#).unwrap(), between(0.0, 0.0, "m/s"));
        let object = r#"{"unitCode":"wmoUnit:km_h-1","minValue":9.26,"maxValue":18.52}"#;
        assert_eq!(wind(object).unwrap(), between(9.26, 18.52, "km_h-1"));
        assert_eq!(wind(r#"{"unitCode":"wmoUnit:km_h-1","value":7}"#).unwrap(), between(7.0, 7.0, "km_h-1"));
        assert_eq!(wind("null").unwrap(), QuantityRange::default());
        assert_eq!(wind(r#""""#).unwrap(), QuantityRange::default());
    }

    #[test]
    fn both_ends_are_converted() {
        let meters = |quantity: Quantity| quantity.to("wind", Speed::meters_per_second);
        let wind = between(36.0, 72.0, "km/h");
        assert_eq!((meters(wind.low()), meters(wind.high())), (Ok(Some(10.0)), Ok(Some(20.0))));
        assert_eq!(meters(between(1.0, 2.0, "furlong").low()).unwrap_err().unit, "furlong");
    }

    #[test]
    fn other_text_than_a_range_is_an_error() {
        for json in [r#""breezy""#, r#""five mph""#, r#""-5 mph""#, "10", "[]"] {
            assert!(wind(json).is_err(), "{json}");
        }
    }
}

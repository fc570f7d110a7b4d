//! Numbers with units, in each form the service has used.

use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use units::{Speed, Temperature, UnknownUnit};

/// A number and its unit: a bare number, or an object of `value` and `unitCode`
/// (`wmoUnit:degC`, in older replies `unit:degC`). The default is absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Quantity {
    /// The number; `None` where the reply has null or nothing.
    pub value: Option<f64>,
    /// The unit without its prefix, as in `degC` or `percent`; `None` for a bare number.
    pub unit: Option<String>,
}

/// A wind speed or a range of them: text such as `5 to 10 mph`, or a quantity. The default is absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WindSpeed {
    /// The lower end, or the one value.
    pub low: Option<f64>,
    /// The upper end, or the one value.
    pub high: Option<f64>,
    /// The unit, as in `mph`, `km/h` or `km_h-1`.
    pub unit: Option<String>,
}

impl Quantity {
    /// The quantity with a unit where it is a bare number.
    #[must_use]
    pub fn or_in(self, unit: Option<&str>) -> Self {
        Self { unit: self.unit.or_else(|| unit.map(str::to_owned)), ..self }
    }

    /// The temperature in °C.
    ///
    /// # Errors
    ///
    /// It has no unit, or one that is not known.
    pub fn celsius(&self) -> Result<Option<f64>, UnknownUnit> {
        converted(self.value, self.unit.as_deref(), Temperature::celsius)
    }

    /// The share in percent; a bare number is one.
    ///
    /// # Errors
    ///
    /// It has another unit.
    pub fn percent(&self) -> Result<Option<f64>, UnknownUnit> {
        match (self.value, self.unit.as_deref()) {
            (Some(_), Some(unit)) if unit != "percent" => {
                Err(UnknownUnit { symbol: unit.to_owned(), quantity: "share" })
            }
            (value, _) => Ok(value),
        }
    }
}

impl WindSpeed {
    /// Both ends in m/s, the lower one first.
    ///
    /// # Errors
    ///
    /// They have no unit, or one that is not known.
    pub fn meters_per_second(&self) -> Result<(Option<f64>, Option<f64>), UnknownUnit> {
        let end = |value| converted(value, self.unit.as_deref(), Speed::meters_per_second);
        Ok((end(self.low)?, end(self.high)?))
    }
}

/// An absent value needs no unit.
fn converted<U: FromStr<Err = UnknownUnit>>(
    value: Option<f64>,
    unit: Option<&str>,
    convert: impl Fn(U, f64) -> f64,
) -> Result<Option<f64>, UnknownUnit> {
    value.map(|value| Ok(convert(unit.unwrap_or_default().parse()?, value))).transpose()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    value: Option<f64>,
    min_value: Option<f64>,
    max_value: Option<f64>,
    unit_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Number(f64),
    Text(String),
    Object(Object),
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match form(deserializer)? {
            None => Ok(Self::default()),
            Some(Form::Number(value)) => Ok(Self { value: Some(value), unit: None }),
            Some(Form::Object(object)) => Ok(Self { value: object.value, unit: object.unit_code.map(bare) }),
            Some(Form::Text(_)) => Err(D::Error::custom("expected a number or a quantity, found text")),
        }
    }
}

impl<'de> Deserialize<'de> for WindSpeed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match form(deserializer)? {
            None => Ok(Self::default()),
            Some(Form::Object(Object { value, min_value, max_value, unit_code })) => {
                let (low, high) = (min_value.or(value), max_value.or(value));
                Ok(Self { low, high, unit: unit_code.map(bare) })
            }
            Some(Form::Text(text)) if text.trim().is_empty() => Ok(Self::default()),
            Some(Form::Text(text)) => {
                range(&text).ok_or_else(|| D::Error::custom("this is not a wind speed"))
            }
            Some(Form::Number(_)) => {
                Err(D::Error::custom("expected a wind speed with its unit, found a number"))
            }
        }
    }
}

fn form<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Form>, D::Error> {
    Option::deserialize(deserializer).map_err(|_| D::Error::custom("expected a number, text or a quantity"))
}

/// `wmoUnit:km_h-1` without its prefix.
fn bare(unit: String) -> String {
    unit.rsplit_once(':').map_or(unit.clone(), |(_, name)| name.to_owned())
}

/// `10 mph`, `5 to 10 mph`, `5-10 mph`, `5 mph to 10 mph`, `Calm`. A range in the wrong order is turned around.
fn range(text: &str) -> Option<WindSpeed> {
    let text = text.trim().to_ascii_lowercase();
    if text == "calm" {
        return Some(WindSpeed { low: Some(0.0), high: Some(0.0), unit: Some("mph".to_owned()) });
    }
    let (rest, unit) = text.rsplit_once(' ')?;
    let (one, other) = rest.split_once(" to ").or_else(|| rest.split_once('-')).unwrap_or((rest, rest));
    let number = |text: &str| {
        let text = text.trim().strip_suffix(unit).unwrap_or(text).trim();
        text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
    };
    let (one, other) = (number(one)?, number(other)?);
    Some(WindSpeed { low: Some(one.min(other)), high: Some(one.max(other)), unit: Some(unit.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(json: &str) -> Result<Quantity, serde_json::Error> {
        serde_json::from_str(json)
    }

    fn wind(json: &str) -> Result<WindSpeed, serde_json::Error> {
        serde_json::from_str(json)
    }

    fn between(low: f64, high: f64, unit: &str) -> WindSpeed {
        WindSpeed { low: Some(low), high: Some(high), unit: Some(unit.into()) }
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
    fn a_wind_speed_is_text_or_a_quantity_or_absent() {
        assert_eq!(wind(r#""10 mph""#).unwrap(), between(10.0, 10.0, "mph"));
        assert_eq!(wind(r#""5 to 10 mph""#).unwrap(), between(5.0, 10.0, "mph"));
        assert_eq!(wind(r#""0 km/h""#).unwrap(), between(0.0, 0.0, "km/h"));
        assert_eq!(wind(r#""10 to 5 MPH""#).unwrap(), between(5.0, 10.0, "mph"));
        assert_eq!(wind(r#""5 mph to 10 mph""#).unwrap(), between(5.0, 10.0, "mph"));
        assert_eq!(wind(r#""Calm""#).unwrap(), between(0.0, 0.0, "mph"));
        let object = r#"{"unitCode":"wmoUnit:km_h-1","minValue":9.26,"maxValue":18.52}"#;
        assert_eq!(wind(object).unwrap(), between(9.26, 18.52, "km_h-1"));
        assert_eq!(wind(r#"{"unitCode":"wmoUnit:km_h-1","value":7}"#).unwrap(), between(7.0, 7.0, "km_h-1"));
        assert_eq!(wind("null").unwrap(), WindSpeed::default());
        assert_eq!(wind(r#""""#).unwrap(), WindSpeed::default());
    }

    #[test]
    fn a_quantity_is_converted_from_the_unit_it_has() {
        let warm = Quantity { value: Some(50.0), unit: None };
        assert_eq!(warm.clone().or_in(Some("F")).celsius(), Ok(Some(10.0)));
        assert!(warm.celsius().is_err(), "a bare number has no unit");
        assert_eq!(warm.percent(), Ok(Some(50.0)));
        assert_eq!(Quantity::default().celsius(), Ok(None));
        let own = Quantity { value: Some(5.5), unit: Some("degC".into()) };
        assert_eq!(own.or_in(Some("F")).celsius(), Ok(Some(5.5)));
    }

    #[test]
    fn both_ends_of_a_wind_speed_are_converted() {
        assert_eq!(between(36.0, 72.0, "km/h").meters_per_second(), Ok((Some(10.0), Some(20.0))));
        let error = between(1.0, 2.0, "furlong").meters_per_second().unwrap_err();
        assert_eq!(error.symbol, "furlong");
    }

    #[test]
    fn other_text_than_a_wind_speed_is_an_error() {
        for json in [r#""breezy""#, r#""five mph""#, r#""-5 mph""#, "10", "[]"] {
            assert!(wind(json).is_err(), "{json}");
        }
    }
}

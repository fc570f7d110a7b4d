//! Members of JSON replies that services leave out, null or leave empty.
//!
//! A reply nests its values, and a service leaves out, or nulls, any of the objects on the way. [`OrDefault`] reads such
//! an object as an empty one, so that a value is one path away: `reply.wind.speed`.
//!
//! ```
//! use json_member::OrDefault;
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Reply {
//!     wind: OrDefault<Wind>,
//!     conditions: OrDefault<Vec<String>>,
//! }
//!
//! #[derive(Default, Deserialize)]
//! struct Wind {
//!     speed: Option<f64>,
//! }
//!
//! let reply: Reply = serde_json::from_str(r#"{ "wind": null }"#)?;
//! assert_eq!(reply.wind.speed, None);
//! assert!(reply.conditions.is_empty());
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! A member of another type than it should have is an error all the same.

use std::ops::Deref;

use serde::{Deserialize, Deserializer};

/// A member that reads as its default where it is absent or null.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrDefault<T>(pub T);

impl<T> Deref for OrDefault<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for OrDefault<T> {
    /// Serde reads an absent member as it reads null where the type asks for an option, as this one does. So the member
    /// needs no attribute.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::deserialize(deserializer)?.unwrap_or_default()))
    }
}

/// Reads text that a service leaves empty where it has none: empty text is absent, as null is. For members with
/// `#[serde(default, deserialize_with = "json_member::filled_text")]`.
///
/// # Errors
///
/// The member is no text.
pub fn filled_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.filter(|text: &String| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Reply {
        wind: OrDefault<Wind>,
        names: OrDefault<Vec<String>>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Wind {
        speed: Option<f64>,
        sector: OrDefault<Sector>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Sector {
        degrees: Option<f64>,
    }

    fn read(json: &str) -> Result<Reply, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn an_absent_member_is_empty() {
        let reply = read("{}").unwrap();
        assert_eq!((reply.wind.speed, reply.wind.sector.degrees), (None, None));
        assert!(reply.names.is_empty());
    }

    #[test]
    fn a_null_member_is_empty() {
        assert_eq!(read(r#"{"wind":null,"names":null}"#).unwrap(), read("{}").unwrap());
        assert_eq!(read(r#"{"wind":{"speed":null,"sector":null}}"#).unwrap(), read("{}").unwrap());
    }

    #[test]
    fn a_member_that_is_there_is_read() {
        let reply = read(r#"{"wind":{"speed":3.5,"sector":{"degrees":90}},"names":["calm"]}"#).unwrap();
        assert_eq!((reply.wind.speed, reply.wind.sector.degrees), (Some(3.5), Some(90.0)));
        assert_eq!(reply.names.0, ["calm"]);
    }

    #[test]
    fn empty_text_is_absent() {
        #[derive(Deserialize)]
        struct Place {
            #[serde(default, deserialize_with = "filled_text")]
            name: Option<String>,
        }
        let name = |json| serde_json::from_str::<Place>(json).map(|place| place.name);
        for json in ["{}", r#"{"name":null}"#, r#"{"name":""}"#] {
            assert_eq!(name(json).unwrap(), None, "{json}");
        }
        assert_eq!(name(r#"{"name":"Oslo"}"#).unwrap().as_deref(), Some("Oslo"));
        assert!(name(r#"{"name":1}"#).is_err());
    }

    #[test]
    fn a_member_of_another_type_is_an_error() {
        for json in
            [r#"{"wind":"calm"}"#, r#"{"wind":{"speed":"3.5"}}"#, r#"{"names":{}}"#, r#"{"wind":[true]}"#]
        {
            assert!(read(json).is_err(), "{json}");
        }
    }
}

/// Compiles the example of the front page.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! Names of measurements, tags and fields, escaped once and used for each point.

use crate::{Error, escape};

/// A measurement, or the key of a tag or field, validated and escaped once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    place: Place,
    text: Box<str>,
}

/// Part of the line a name is for. The parts escape differently, so a name is valid for one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Measurement,
    Key,
}

impl Name {
    /// Creates a name for [`Lines::line`](crate::Lines::line).
    ///
    /// Rejects an empty name, a control character, a backslash at the end and `#` at the start.
    pub fn measurement(name: &str) -> Result<Self, Error> {
        if name.starts_with('#') {
            return Err(Error::CommentMark);
        }
        let mut text = String::new();
        escape::measurement(&mut text, not_empty(name)?)?;
        Ok(Self { place: Place::Measurement, text: text.into() })
    }

    /// Creates a name for [`Line::tag`](crate::Line::tag) and [`Line::field`](crate::Line::field).
    ///
    /// Rejects an empty name, a control character and a backslash at the end. InfluxDB itself reserves `time`, `_field`
    /// and `_measurement`; the format does not.
    pub fn key(name: &str) -> Result<Self, Error> {
        let mut text = String::from(",");
        escape::key_or_tag(&mut text, not_empty(name)?)?;
        text.push('=');
        Ok(Self { place: Place::Key, text: text.into() })
    }

    pub(crate) fn as_measurement(&self) -> Result<&str, Error> {
        self.expect(Place::Measurement)
    }

    /// `,key=`, with the comma before and the equals sign after it.
    pub(crate) fn as_key(&self) -> Result<&str, Error> {
        self.expect(Place::Key)
    }

    fn expect(&self, place: Place) -> Result<&str, Error> {
        if self.place == place { Ok(&self.text) } else { Err(Error::MisplacedName) }
    }
}

fn not_empty(name: &str) -> Result<&str, Error> {
    if name.is_empty() { Err(Error::EmptyName) } else { Ok(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_escapes_comma_and_space() {
        assert_eq!(Name::measurement("a,b c=d").unwrap().as_measurement(), Ok(r"a\,b\ c=d"));
    }

    #[test]
    fn a_key_escapes_the_equals_sign_as_well() {
        assert_eq!(Name::key("a,b c=d").unwrap().as_key(), Ok(r",a\,b\ c\=d="));
    }

    #[test]
    fn refuses_names_the_format_cannot_hold() {
        for (name, error) in [
            ("", Error::EmptyName),
            ("a\nb", Error::ControlCharacter),
            ("a\u{7f}", Error::ControlCharacter),
            ("a\\", Error::TrailingBackslash),
        ] {
            assert_eq!(Name::measurement(name), Err(error), "{name:?}");
            assert_eq!(Name::key(name), Err(error), "{name:?}");
        }
    }

    #[test]
    fn only_a_measurement_can_be_taken_for_a_comment() {
        assert_eq!(Name::measurement("#1"), Err(Error::CommentMark));
        assert!(Name::measurement("a#1").is_ok());
        assert!(Name::key("#1").is_ok());
    }

    #[test]
    fn a_name_is_good_for_its_own_place_only() {
        assert_eq!(Name::key("a").unwrap().as_measurement(), Err(Error::MisplacedName));
        assert_eq!(Name::measurement("a").unwrap().as_key(), Err(Error::MisplacedName));
    }
}

//! The types a setting can have, and the parser of each.

use std::num::{NonZeroU16, NonZeroU32};
use std::path::PathBuf;
use std::time::Duration;

use secret::Secret;
use url::Url;

/// A type that can be set by text.
pub trait Setting: Sized {
    /// Accepted values, for "must be …" and the documentation: `a number`, `a URL`.
    const TAKES: &'static str;
    /// Whether it must not be shown.
    const SECRET: bool = false;
    /// Whether it may be left out.
    const OPTIONAL: bool = false;

    /// Parses text that is not empty.
    ///
    /// # Errors
    ///
    /// The mistake, to follow the variable's name. It must not quote the text, which may be a password in the wrong
    /// place.
    fn parse(text: &str) -> Result<Self, String>;

    /// Value of an unset variable; `None` if it is required.
    fn absent() -> Option<Self> {
        None
    }
}

/// A setting that is a number and may have a range.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot have a range", label = "not a number")]
pub trait Ranged: Setting {
    /// Whether it is a whole number.
    const IS_WHOLE: bool;

    /// The number, in the unit in which it is set; `None` where it is not set.
    fn number(&self) -> Option<f64>;
}

/// The usual message: the expected type.
fn expected<T: Setting>() -> String {
    format!("must be {}", T::TAKES)
}

macro_rules! from_str {
    ($($rust:ty => $takes:literal;)*) => {$(
        impl Setting for $rust {
            const TAKES: &'static str = $takes;

            fn parse(text: &str) -> Result<Self, String> {
                text.trim().parse().map_err(|_| expected::<Self>())
            }
        }
    )*};
}

from_str! {
    u16 => "a whole number";
    u32 => "a whole number";
    u64 => "a whole number";
    usize => "a whole number";
    i64 => "a whole number";
    NonZeroU16 => "a whole number above 0";
    NonZeroU32 => "a whole number above 0";
}

impl Setting for String {
    const TAKES: &'static str = "text";

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl Setting for PathBuf {
    const TAKES: &'static str = "a path";

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
}

impl Setting for Secret {
    const TAKES: &'static str = "a secret";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self::from(text.trim()))
    }
}

impl Setting for f64 {
    const TAKES: &'static str = "a number";

    fn parse(text: &str) -> Result<Self, String> {
        text.trim().parse().ok().filter(|number: &Self| number.is_finite()).ok_or_else(expected::<Self>)
    }
}

impl Setting for bool {
    const TAKES: &'static str = "true or false";

    fn parse(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err(expected::<Self>()),
        }
    }
}

impl Setting for Url {
    const TAKES: &'static str = "an http or https URL";

    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(expected::<Self>)
    }
}

/// In seconds; the variable's name ends in `_SECONDS`.
impl Setting for Duration {
    const TAKES: &'static str = "a number of seconds above 0";

    fn parse(text: &str) -> Result<Self, String> {
        let seconds: f64 = text.trim().parse().map_err(|_| expected::<Self>())?;
        Self::try_from_secs_f64(seconds)
            .ok()
            .filter(|duration| !duration.is_zero())
            .ok_or_else(expected::<Self>)
    }
}

impl<T: Setting> Setting for Option<T> {
    const TAKES: &'static str = T::TAKES;
    const SECRET: bool = T::SECRET;
    const OPTIONAL: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

macro_rules! ranged {
    ($($rust:ty, $is_whole:literal, |$this:ident| $number:expr;)*) => {$(
        impl Ranged for $rust {
            const IS_WHOLE: bool = $is_whole;

            #[allow(clippy::cast_precision_loss, reason = "a count beyond 2^53 is beyond its limit as well")]
            fn number(&self) -> Option<f64> {
                let $this = self;
                Some($number)
            }
        }
    )*};
}

ranged! {
    u16, true, |number| f64::from(*number);
    u32, true, |number| f64::from(*number);
    u64, true, |number| *number as f64;
    usize, true, |number| *number as f64;
    i64, true, |number| *number as f64;
    NonZeroU16, true, |number| f64::from(number.get());
    NonZeroU32, true, |number| f64::from(number.get());
    f64, false, |number| *number;
    Duration, false, |duration| duration.as_secs_f64();
}

impl<T: Ranged> Ranged for Option<T> {
    const IS_WHOLE: bool = T::IS_WHOLE;

    fn number(&self) -> Option<f64> {
        self.as_ref().and_then(Ranged::number)
    }
}

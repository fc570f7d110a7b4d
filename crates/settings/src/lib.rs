//! Configuration from the environment, declared once as a struct.
//!
//! A block of a program declares its settings as a struct that derives [`Settings`]. Reading it, its help
//! text and its entry in `--describe` follow from the one declaration.
//!
//! ```
//! use secret::Secret;
//! use settings::{Settings, Source};
//!
//! /// Destination of readings.
//! #[derive(Settings)]
//! struct Store {
//!     /// API token with write access to the bucket.
//!     #[setting(name = "STORE_TOKEN", also = "STORE_KEY")]
//!     token: Secret,
//!     /// Lines per request.
//!     #[setting(name = "STORE_BATCH", default = "5000")]
//!     batch: u32,
//! }
//!
//! let mut source = Source::of([("STORE_KEY", "s3cret"), ("STORE_BATCH", "many")]);
//! assert!(Store::read(&mut source).is_none());
//! assert_eq!(source.finish().unwrap_err().to_string(), "STORE_BATCH must be a whole number");
//! ```
//!
//! Every variable can also be given as `NAME_FILE`, the path of a file that holds it, or in the TOML file that
//! `CONFIG_FILE` names; the environment comes first. An empty value counts as none. Mistakes are collected, so that
//! a person sees all of them at once, and no message shows a value.
//!
//! This crate does not know programs, stores or alerts; it reads the given variables and touches no global
//! state but the environment, in [`Source::from_environment`].

// The derive macro writes `::settings::…`; inside this crate that name has to exist too.
extern crate self as settings;

mod file;
mod range;
mod setting;
mod source;

use std::borrow::Cow;

use serde::Serialize;

pub use range::Range;
pub use setting::{Ranged, Setting};
pub use settings_derive::Settings;
pub use source::{Mistakes, Origin, Shown, Source};

/// A block of configuration. Implemented by `#[derive(Settings)]`.
///
/// On each field, one of:
///
/// - `#[setting(name = "NAME")]`, with `also = "OLD_NAME"` for each other name that is accepted, and
///   `default = "text"`. A field whose type is an `Option` need not be set. A number may have a range, both ends
///   included and each of them optional, and with it a unit: `range = 0..=3000, unit = "m"`.
/// - `#[setting(block)]`: another block of settings.
///
/// On the struct, `#[setting(group = "stores")]` puts its variables into a group, under which `--help` lists them; on a
/// field it puts that one into another. Variables without a group are the program's own.
///
/// The doc comment of a field is its description.
///
/// A range of fractions does not fit a whole number:
///
/// ```compile_fail
/// #[derive(settings::Settings)]
/// struct Sensor {
///     /// Height above the sea.
///     #[setting(name = "ALTITUDE_METERS", range = 0.5..=3000, unit = "m")]
///     altitude: u16,
/// }
/// ```
pub trait Settings: Sized {
    /// All variables, in order.
    fn variables() -> Vec<Variable>;

    /// Reads the block, or notes its mistakes in `source`.
    fn read(source: &mut Source) -> Option<Self>;

    /// Whether a block that may be left out is there: one of its required variables is set.
    fn is_there(source: &Source) -> bool {
        Self::variables().iter().any(|variable| variable.required && source.is_set(variable))
    }
}

/// One variable that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Its name in the environment.
    pub name: &'static str,
    /// Other names that are accepted.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub also: &'static [&'static str],
    /// The values it takes, in words, but for the range.
    #[serde(rename = "type")]
    pub takes: &'static str,
    /// The range of its values, where it is a number that has limits.
    #[serde(flatten)]
    pub range: Option<Range>,
    /// Whether a program does not start without it.
    pub required: bool,
    /// Whether it must not be shown.
    pub secret: bool,
    /// The text that counts when the variable is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<&'static str>,
    /// Group under which `--help` lists it; a variable without one is the program's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<&'static str>,
    /// Purpose, in a sentence or two.
    pub description: &'static str,
}

impl Variable {
    /// The values it takes, in words: `a whole number from 0 to 3000 m`.
    pub fn accepts(&self) -> Cow<'static, str> {
        match &self.range {
            Some(range @ Range { min: Some(_), max: Some(_), .. }) => {
                Cow::Owned(format!("{} {range}", self.takes))
            }
            Some(range) => Cow::Owned(format!("{}, {range}", self.takes)),
            None => Cow::Borrowed(self.takes),
        }
    }
}

/// The settings of a program that has none.
impl Settings for () {
    fn variables() -> Vec<Variable> {
        Vec::new()
    }

    fn read(_: &mut Source) -> Option<Self> {
        Some(())
    }
}

/// A block that may be left out as a whole; [`Settings::is_there`] is whether it is set.
impl<T: Settings> Settings for Option<T> {
    fn variables() -> Vec<Variable> {
        T::variables().into_iter().map(|variable| Variable { required: false, ..variable }).collect()
    }

    fn read(source: &mut Source) -> Option<Self> {
        if T::is_there(source) {
            return T::read(source).map(Some);
        }
        source.expect(&T::variables());
        Some(None)
    }
}

//! Reading of line protocol: a point or an error for each line.

mod cursor;
mod parse_error;
mod point;
mod split;

pub use parse_error::{Expected, ParseError};
pub use point::{FieldValue, Point};

use cursor::Failure;

/// Parses each line as a point. Blank lines and comments are skipped; a line break inside quotes belongs to its field.
///
/// A malformed line does not end the iteration: the next item is the next line.
pub fn parse<T: AsRef<[u8]> + ?Sized>(text: &T) -> impl Iterator<Item = Result<Point, ParseError>> {
    split::points(text.as_ref()).map(|raw| {
        read(raw.text).map_err(|Failure { at, expected }| ParseError {
            line: raw.line,
            offset: raw.offset + at,
            expected,
            text: String::from_utf8_lossy(raw.text).into_owned(),
        })
    })
}

fn read(line: &[u8]) -> Result<Point, Failure> {
    match std::str::from_utf8(line) {
        Ok(line) => point::read(line),
        Err(error) => Err(Failure { at: error.valid_up_to(), expected: Expected::Utf8 }),
    }
}

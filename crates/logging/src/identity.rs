//! Identity of the program that writes the lines.

use std::hash::{BuildHasher as _, RandomState};

use jiff::Timestamp;

/// Identity of the program that writes the lines, the same for all lines of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The program, which is the pipeline's one name.
    pub program: String,
    /// Name of this copy, where there are several copies of the program.
    pub instance: Option<String>,
    /// Its version.
    pub version: String,
    /// Unique id of this run; see [`run_id`].
    pub run_id: String,
}

impl Identity {
    /// The name of the program, with that of the copy where there is one: `river-levels@north`.
    pub fn name(&self) -> String {
        match &self.instance {
            Some(instance) => format!("{}@{instance}", self.program),
            None => self.program.clone(),
        }
    }
}

/// Digits that sort as their values do and are hard to misread (Crockford's base 32).
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TIME_DIGITS: u32 = 10;
const RANDOM_DIGITS: u32 = 6;

/// A new name for a run: 16 letters and digits that sort by the time they were made.
///
/// Ten digits are the milliseconds since 1970, six are random, so that runs started at the same moment differ.
pub fn run_id() -> String {
    let millis = Timestamp::now().as_millisecond().unsigned_abs();
    // The standard library seeds each hasher from the system's randomness.
    let random = RandomState::new().hash_one(std::process::id());
    base32(millis, TIME_DIGITS) + &base32(random, RANDOM_DIGITS)
}

fn base32(number: u64, digits: u32) -> String {
    let digit = |place: u32| usize::try_from(number >> (5 * place) & 31).unwrap_or(0);
    (0..digits).rev().filter_map(|place| DIGITS.get(digit(place))).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_ids_differ_and_have_one_length() {
        let ids: std::collections::HashSet<_> = (0..100).map(|_| run_id()).collect();
        assert_eq!(ids.len(), 100);
        assert!(ids.iter().all(|id| id.len() == 16), "{ids:?}");
    }

    #[test]
    fn digits_sort_as_numbers_do() {
        let numbers = [0, 1, 31, 32, 1023, 1_763_785_697_000, 1_763_785_697_001];
        let texts = numbers.map(|number| base32(number, TIME_DIGITS));
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(base32(33, 3), "011");
    }
}

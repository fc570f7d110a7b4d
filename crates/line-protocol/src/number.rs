//! Formatting of numbers.

use crate::Error;

/// Appends the shortest text that reads back as the same float: `1`, `0.1`, `1e+21`, `5e-324`.
pub(crate) fn float(out: &mut String, value: f64) -> Result<(), Error> {
    if !value.is_finite() {
        return Err(Error::NotFinite);
    }
    // Most values of devices are whole numbers, and those take a tenth of the time.
    if let Some(whole) = whole(value) {
        integer(out, whole);
        return Ok(());
    }
    let mut buffer = ryu::Buffer::new();
    let digits = buffer.format_finite(value);
    match digits.split_once('e') {
        Some((mantissa, exponent)) if !exponent.starts_with('-') => {
            out.push_str(mantissa);
            out.push_str("e+");
            out.push_str(exponent);
        }
        Some(_) => out.push_str(digits),
        None => out.push_str(digits.strip_suffix(".0").unwrap_or(digits)),
    }
    Ok(())
}

/// Converts to an integer if that has the same shortest text. Negative zero keeps its sign.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "what is lost is seen")]
fn whole(value: f64) -> Option<i64> {
    const MOST: u64 = 1 << f64::MANTISSA_DIGITS;
    let whole = value as i64;
    let is_same = (whole as f64).to_bits() == value.to_bits();
    (is_same && whole.unsigned_abs() < MOST).then_some(whole)
}

/// Appends an integer without a suffix.
pub(crate) fn integer(out: &mut String, value: impl itoa::Integer) {
    out.push_str(itoa::Buffer::new().format(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64) -> String {
        let mut out = String::new();
        float(&mut out, value).unwrap();
        out
    }

    #[test]
    fn floats_are_as_short_as_they_can_be() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-0.64, "-0.64"),
            (6_632_243.0, "6632243"),
            (-7.0, "-7"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (9_007_199_254_740_992.0, "9007199254740992"),
            (1e15, "1000000000000000"),
            (1e16, "1e+16"),
            (1e21, "1e+21"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(text(value), expected);
        }
    }

    #[test]
    fn refuses_floats_that_are_not_finite() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut out = String::new();
            assert_eq!(float(&mut out, value), Err(Error::NotFinite));
            assert_eq!(out, "");
        }
    }
}

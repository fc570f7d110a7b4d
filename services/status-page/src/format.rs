//! Formatting of times, durations and numbers for people.

use std::time::Duration;

use jiff::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Significant digits of a measured value; more are noise of the binary representation.
const DIGITS: usize = 6;

/// Formats a duration: `320 ms`, `1.4 s`, `2 min 5 s`, `3 h 10 min`, `4 d 2 h`.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 => format!("{} ms", span.as_millis()),
        1..10 => format!("{:.1} s", span.as_secs_f64()),
        10..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => two(seconds, (MINUTE, "min"), (1, "s")),
        HOUR..DAY => two(seconds, (HOUR, "h"), (MINUTE, "min")),
        DAY.. => two(seconds, (DAY, "d"), (HOUR, "h")),
    }
}

/// Formats the distance of two times in one unit: `40 s`, `12 min`, `3 h`, `4 d`.
pub fn distance(a: Timestamp, b: Timestamp) -> String {
    let seconds = a.duration_since(b).unsigned_abs().as_secs();
    match seconds {
        0..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..172_800 => format!("{} h", seconds / HOUR),
        _ => format!("{} d", seconds / DAY),
    }
}

/// Formats a time relative to now: `12 min ago`, `in 3 h`, `now`.
pub fn relative(now: Timestamp, at: Timestamp) -> String {
    match at.duration_since(now).as_secs() {
        0 => "now".to_owned(),
        1.. => format!("in {}", distance(now, at)),
        _ => format!("{} ago", distance(now, at)),
    }
}

/// Formats a time in full: `2026-11-22 05:49:40`. Pages state once that times are UTC.
pub fn full_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Formats a recent time: `Nov 22 05:49:40`.
pub fn short_time(at: Timestamp) -> String {
    at.strftime("%b %-d %H:%M:%S").to_string()
}

/// Formats a measured value with six significant digits, and all digits before the point. Very large or small values
/// have an exponent.
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude >= 1e15 || (magnitude > 0.0 && magnitude < 1e-4) {
        return format!("{value:.*e}", DIGITS - 1);
    }
    let six_digits = || format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value);
    grouped(&if magnitude >= 1e5 { value.round() } else { six_digits() }.to_string())
}

/// Formats a count with separated thousands: `12,345`.
pub fn count(count: i64) -> String {
    grouped(&count.to_string())
}

/// Formats a count with a noun: `1 run`, `2 runs`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(&count.to_string()), if count == 1 { one } else { many })
}

/// First line of a text, cut at `length` characters.
pub fn first_line(text: &str, length: usize) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line.to_owned(),
    }
}

/// Encodes a name as a path segment ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-3.3)).
pub fn segment(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    name.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn two(seconds: u64, (large, large_unit): (u64, &str), (small, small_unit): (u64, &str)) -> String {
    match seconds % large / small {
        0 => format!("{} {large_unit}", seconds / large),
        rest => format!("{} {large_unit} {rest} {small_unit}", seconds / large),
    }
}

/// Separates thousands by commas, if there are enough digits.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.find('.').map_or((number, ""), |point| number.split_at(point));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    if digits.len() < 5 {
        return number.to_owned();
    }
    let mut text = String::with_capacity(number.len() + digits.len() / 3);
    text.push_str(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_the_units_that_matter() {
        let seconds = [0.32, 1.44, 59.9, 125.0, 11_400.0, 7200.0, 353_000.0];
        let spans = seconds.map(|seconds| span(Duration::from_secs_f64(seconds)));
        assert_eq!(spans, ["320 ms", "1.4 s", "59 s", "2 min 5 s", "3 h 10 min", "2 h", "4 d 2 h"]);
    }

    #[test]
    fn a_time_is_formatted_relative_to_now() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let text_of = |at: &str| relative(now, at.parse().unwrap());
        assert_eq!(text_of("2026-11-22T11:48:00Z"), "12 min ago");
        assert_eq!(text_of("2026-11-22T15:00:00Z"), "in 3 h");
        assert_eq!(text_of("2026-11-18T12:00:00Z"), "4 d ago");
        assert_eq!(text_of("2026-11-22T12:00:00.4Z"), "now");
    }

    #[test]
    fn a_number_loses_noise_but_no_digit_that_counts() {
        let values = [0.0, 12.5, -3.1, 0.1 + 0.2, 1013.25, 1_234_567.89, 0.000_012_345_67, 1e21, 10_000.0];
        let texts = values.map(number);
        assert_eq!(
            texts,
            ["0", "12.5", "-3.1", "0.3", "1013.25", "1,234,568", "1.23457e-5", "1.00000e21", "10,000"]
        );
    }

    #[test]
    fn a_count_has_its_thousands_apart() {
        assert_eq!([0, 9999, -12_345, 1_000_000].map(count), ["0", "9999", "-12,345", "1,000,000"]);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(first_line("  äöü and more\nsecond", 3), "äöü…");
        assert_eq!(first_line("short", 10), "short");
    }

    #[test]
    fn a_name_cannot_leave_its_segment() {
        assert_eq!(segment("a/../b?c=\"d\" é"), "a%2F..%2Fb%3Fc%3D%22d%22%20%C3%A9");
    }
}

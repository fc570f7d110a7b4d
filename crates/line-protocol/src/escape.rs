//! Escaping rules of the parts of a line.

use crate::Error;

/// Copies a measurement: comma and space are escaped.
pub(crate) fn measurement(out: &mut String, text: &str) -> Result<(), Error> {
    copy(out, text, |byte| matches!(byte, b',' | b' '))
}

/// Copies a tag key, a tag value or a field key: comma, equals sign and space are escaped.
pub(crate) fn key_or_tag(out: &mut String, text: &str) -> Result<(), Error> {
    copy(out, text, |byte| matches!(byte, b',' | b'=' | b' '))
}

/// Copies the inside of a string field: quote and backslash are escaped.
pub(crate) fn text(out: &mut String, text: &str) {
    let mut copied = 0;
    for at in memchr::memchr2_iter(b'"', b'\\', text.as_bytes()) {
        out.push_str(text.get(copied..at).unwrap_or_default());
        out.push('\\');
        copied = at;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
}

/// Copies the inside of a string field as [`text`] does, and spells line breaks and tabs as `\n`, `\r` and `\t`.
pub(crate) fn text_on_one_line(out: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
}

/// Copies `text` with a backslash before each special byte.
///
/// A backslash in the text is copied as it is: outside of string fields it stands for itself unless a special byte
/// follows, and a special byte gets a backslash of its own. Only at the end it would be ambiguous.
fn copy(out: &mut String, text: &str, is_special: impl Fn(u8) -> bool) -> Result<(), Error> {
    let bytes = text.as_bytes();
    if bytes.last() == Some(&b'\\') {
        return Err(Error::TrailingBackslash);
    }
    let start = out.len();
    let mut copied = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if is_special(byte) {
            out.push_str(text.get(copied..at).unwrap_or_default());
            out.push('\\');
            copied = at;
        } else if byte.is_ascii_control() {
            out.truncate(start);
            return Err(Error::ControlCharacter);
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_text_leaves_the_output_as_it_was() {
        let mut out = String::from("kept");
        assert_eq!(key_or_tag(&mut out, "a b\nc"), Err(Error::ControlCharacter));
        assert_eq!(key_or_tag(&mut out, "a b\\"), Err(Error::TrailingBackslash));
        assert_eq!(out, "kept");
    }

    #[test]
    fn a_backslash_is_escaped_in_string_fields_only() {
        let mut out = String::new();
        text(&mut out, r#"a\b""#);
        assert_eq!(out, r#"a\\b\""#);
        out.clear();
        assert_eq!(key_or_tag(&mut out, r"a\b"), Ok(()));
        assert_eq!(out, r"a\b");
    }
}

//! Extraction of the error message in a reply, in any format, as one line that is safe to print.

use secret::Redactor;
use serde_json::Value;

const LONGEST: usize = 300;

/// JSON members with the error message, best first: RFC 9457 has `detail` and `title`, most services have `message` or
/// `error`.
const MEMBERS: [&str; 6] = ["/detail", "/message", "/error", "/error/message", "/errors/0/message", "/title"];

/// Extracts the error message of a body: a member of JSON, the title of a page, the message of an XML error, or the
/// first line.
pub(crate) fn from_body(body: &[u8], redactor: &Redactor) -> String {
    if let Ok(json) = serde_json::from_slice(body) {
        return quote(&from_json(&json), redactor);
    }
    let text = String::from_utf8_lossy(body);
    let line = element(&text, "title")
        .or_else(|| element(&text, "message"))
        .or_else(|| text.lines().find(|line| !line.trim().is_empty()));
    quote(line.unwrap_or_default(), redactor)
}

/// Removes secrets and control characters, and cuts the text to one line of at most 300 characters.
///
/// Secrets are removed before the cut, so that no half of one remains at the end.
pub(crate) fn quote(text: &str, redactor: &Redactor) -> String {
    let clean = redactor.scrub(text).replace(char::is_control, " ");
    let mut line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(LONGEST - 1)
        && line.chars().count() > LONGEST
    {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// Message in a JSON reply. JSON without a known member is quoted whole, written anew so that no escape sequence hides
/// a secret from the redactor.
fn from_json(json: &Value) -> String {
    let known = MEMBERS.iter().filter_map(|member| json.pointer(member)?.as_str());
    match known.map(str::trim).find(|text| !text.is_empty()) {
        Some(text) => text.to_owned(),
        None => json.as_str().map_or_else(|| json.to_string(), str::to_owned),
    }
}

/// Text of the first element of that name: the title of an HTML page, the message of an XML error.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    // ASCII lower case keeps all offsets.
    let lower = text.to_ascii_lowercase();
    let tag = lower.find(&format!("<{name}"))?;
    let start = tag + lower.get(tag..)?.find('>')? + 1;
    let length = lower.get(start..)?.find(&format!("</{name}"))?;
    text.get(start..start + length).map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use secret::Secret;

    use super::*;

    fn message(body: &str) -> String {
        from_body(body.as_bytes(), &Redactor::default())
    }

    #[test]
    fn the_explanation_is_found_in_every_usual_place() {
        for (body, expected) in [
            (r#"{"title":"Not Found","detail":"no such point"}"#, "no such point"),
            (r#"{"cod":"404","message":"city not found"}"#, "city not found"),
            (r#"{"error":"Invalid API key"}"#, "Invalid API key"),
            (r#"{"error":{"message":"no quota"}}"#, "no quota"),
            (r#"{"errors":[{"message":"project: Unknown object"}]}"#, "project: Unknown object"),
            (r#"{"message":"","title":"Gone"}"#, "Gone"),
            (r#"{"detail":[{"loc":1}],"title":"Bad"}"#, "Bad"),
            ("<!DOCTYPE html><HTML><Title lang=en>\n 502 Bad\n Gateway </TITLE>…", "502 Bad Gateway"),
            (
                "<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code><Message>Slow down.</Message></Error>",
                "Slow down.",
            ),
            ("\n\nno_service\nmore", "no_service"),
            ("\"quoted\"", "quoted"),
            ("{\"other\": 1}", "{\"other\":1}"),
            ("", ""),
        ] {
            assert_eq!(message(body), expected, "{body}");
        }
    }

    #[test]
    fn a_long_explanation_is_cut_on_a_character() {
        let long = message(&"é".repeat(301));
        assert_eq!(long.chars().count(), 300);
        assert!(long.ends_with('…'));
        assert_eq!(message(&"é".repeat(300)), "é".repeat(300));
    }

    #[test]
    fn control_characters_do_not_reach_a_log() {
        assert_eq!(message(r#"{"message":"a\u001b[31m\r\n\u0000b"}"#), "a [31m b");
    }

    #[test]
    fn a_secret_is_scrubbed_however_it_was_escaped() {
        let redactor = Redactor::default();
        redactor.add(&Secret::from("k&y/1234"));
        let bodies = [r#"{"message":"bad k\u0026y\/1234"}"#, r#"{"x":"k\u0026y\/1234"}"#, "bad k%26y%2F1234"];
        for body in bodies {
            let message = from_body(body.as_bytes(), &redactor);
            assert!(message.contains("[redacted]") && !message.contains("1234"), "{message}");
        }
    }

    #[test]
    fn no_half_of_a_secret_is_left_where_the_text_is_cut() {
        let redactor = Redactor::default();
        redactor.add(&Secret::from("0123456789"));
        let message = quote(&format!("{}0123456789", "x".repeat(295)), &redactor);
        assert!(!message.contains("0123"), "{message}");
    }
}

//! Secret values that cannot be printed, and redaction of secrets in text.
//!
//! A [`Secret`] has no `Display`, its `Debug` hides it, and only [`ExposeSecret`] gives its text, at the point of use.
//! This keeps our own code from printing a secret. It does not keep a service from quoting a key in an error message,
//! so all text that leaves a program also passes a [`Redactor`].

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::{Arc, RwLock};

pub use secrecy::{ExposeSecret, SecretString as Secret};

/// Replacement of a secret in redacted text.
pub const REDACTED: &str = "[redacted]";

/// Shortest value that is redacted: replacing every `1` would make a text unreadable and hide nothing.
const SHORTEST: usize = 4;

/// Replaces known secrets in text, also in their URL-encoded and JSON-escaped forms. Clones share their secrets.
#[derive(Clone, Default)]
pub struct Redactor {
    forms: Arc<RwLock<Vec<String>>>,
}

impl Redactor {
    /// Adds a secret: as it is, percent-encoded as in a URL, and escaped as in JSON.
    pub fn add(&self, secret: &Secret) {
        let plain = secret.expose_secret();
        if plain.len() < SHORTEST {
            return;
        }
        let Ok(mut forms) = self.forms.write() else { return };
        for form in [plain.to_owned(), percent_encoded(plain), form_encoded(plain), json_escaped(plain)] {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        // Longest first, so that a secret inside a longer one does not leave half of it.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }

    /// Replaces every known secret in `text` by [`REDACTED`].
    pub fn scrub<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut clean = Cow::Borrowed(text);
        let Ok(forms) = self.forms.read() else { return clean };
        for form in forms.iter() {
            if clean.contains(form) {
                clean = Cow::Owned(clean.replace(form, REDACTED));
            }
        }
        clean
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Encodes as `application/x-www-form-urlencoded`, as query builders do: a space is a plus, a tilde is encoded, a star
/// is not.
fn form_encoded(text: &str) -> String {
    percent_encoded(text).replace("%20", "+").replace('~', "%7E").replace("%2A", "*")
}

fn json_escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
        .replace('\t', "\\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        let redactor = Redactor::default();
        for secret in secrets {
            redactor.add(&Secret::from(*secret));
        }
        redactor
    }

    #[test]
    fn a_secret_does_not_print() {
        assert!(!format!("{:?}", Secret::from("hunter2222")).contains("hunter"));
    }

    #[test]
    fn every_form_of_a_secret_is_scrubbed() {
        let redactor = redactor(&["p/w \"1~*"]);
        let text = "raw p/w \"1~* url p%2Fw%20%221~%2A form p%2Fw+%221%7E* json p/w \\\"1~*";
        assert_eq!(redactor.scrub(text), "raw [redacted] url [redacted] form [redacted] json [redacted]");
    }

    #[test]
    fn a_longer_secret_is_not_left_half_shown() {
        assert_eq!(redactor(&["key-1", "key-1-and-more"]).scrub("a key-1-and-more b"), "a [redacted] b");
    }

    #[test]
    fn text_without_a_secret_is_not_copied() {
        assert!(matches!(redactor(&["secret"]).scrub("nothing here"), Cow::Borrowed(_)));
        assert_eq!(redactor(&["1"]).scrub("11"), "11");
    }
}

//! Parsing of error messages about rejected lines.
//!
//! They have no specified format. The known texts of InfluxDB 1, InfluxDB 2 and InfluxDB Cloud are:
//!
//! ```text
//! partial write: field type conflict: input field "temp" on measurement "weather" is type string,
//!     already exists as type float dropped=2
//! partial write: dropped 4 points outside retention policy of duration 24h0m0s - oldest point …
//! partial write error (2 written): unable to parse 'weather temp="x" 1': schema: field type for field "temp" not
//!     permitted by schema; got String but expected Float
//! partial write error (5 accepted): 1 out of 6 points rejected (check rejected_points …)
//! unable to parse 'weather temp=abc 1': invalid boolean
//! ```
//!
//! The message has no secrets, and is cut to one line of 300 characters.

use http_client::Error;

/// A reason is shown to people and kept with each record.
const LONGEST_REASON: usize = 300;

/// Words that only stand in a message about lines. Any other 400 of a server, or of a proxy before it, may be about the
/// request as a whole.
const ABOUT_LINES: [&str; 8] = [
    "partial write",
    "unable to parse",
    "field type conflict",
    "points beyond retention policy",
    "not permitted by schema",
    "points rejected",
    "writing requires points",
    "line protocol",
];

const QUOTED_LINE: &str = "unable to parse '";
const CUT: char = '…';

/// A refusal, 400 or 422, that may be about some lines of a request or about all of it.
#[derive(Debug)]
pub(crate) struct BadRequest {
    error: Error,
}

/// A field whose type is not the one the bucket has it as.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TypeConflict<'a> {
    pub(crate) field: &'a str,
    sent: &'a str,
    stored: &'a str,
}

impl BadRequest {
    pub(crate) fn new(error: Error) -> Self {
        Self { error }
    }

    /// The reply it was read from.
    pub(crate) fn into_error(self) -> Error {
        self.error
    }

    pub(crate) fn message(&self) -> &str {
        self.error.message().unwrap_or_default()
    }

    /// Whether it is about lines for certain.
    pub(crate) fn is_about_lines(&self) -> bool {
        ABOUT_LINES.iter().any(|words| self.message().contains(words))
    }

    /// Whether the server counts all of `lines` lines as refused.
    ///
    /// InfluxDB counts within one shard, and the lines of a request can belong to several. So a smaller count than
    /// expected means nothing, while one as large as the request means everything.
    pub(crate) fn is_about_all(&self, lines: usize) -> bool {
        let message = self.message();
        let dropped =
            number_after(message, "dropped=").or_else(|| number_after(message, "partial write: dropped "));
        let written = number_after(message, "partial write error (");
        dropped.is_some_and(|dropped| dropped >= lines) || written == Some(0)
    }

    pub(crate) fn type_conflict(&self) -> Option<TypeConflict<'_>> {
        type_conflict(self.message())
    }

    /// Whether the message quotes `line`. White space in messages is made even, so it is in the line as well.
    pub(crate) fn quotes(&self, line: &str) -> bool {
        let Some((_, quotes)) = self.message().split_once(QUOTED_LINE) else { return false };
        let line = line.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        let line = line.collect::<Vec<_>>().join(" ");
        quotes.split(QUOTED_LINE).any(|quote| match quote.strip_prefix(&*line) {
            Some(rest) => rest.starts_with('\''),
            None => quote.strip_suffix(CUT).is_some_and(|start| line.starts_with(start)),
        })
    }

    /// Reason why a record is refused, for people: one line, with the field where the server names it.
    pub(crate) fn reason(&self, measurement: &str) -> String {
        let reason = match self.type_conflict() {
            Some(TypeConflict { field, sent, stored }) => {
                format!("`{field}` is sent as {sent}, but `{measurement}` has it as {stored}")
            }
            None => self.words().to_owned(),
        };
        match reason.char_indices().nth(LONGEST_REASON) {
            Some((end, _)) => reason.get(..end).unwrap_or_default().to_owned(),
            None => reason,
        }
    }

    /// The message without the line it quotes, which may be another record's.
    fn words(&self) -> &str {
        let message = self.message();
        match message.rsplit_once("': ").filter(|_| message.contains(QUOTED_LINE)) {
            Some((_, words)) => words,
            None if message.is_empty() => "the server does not say why",
            None => message,
        }
    }
}

fn type_conflict(message: &str) -> Option<TypeConflict<'_>> {
    let versions_1_and_2 = || {
        let (field, rest) = message.split_once("input field \"")?.1.split_once("\" on measurement \"")?;
        let (sent, rest) = rest.split_once("\" is type ")?.1.split_once(", already exists as type ")?;
        Some(TypeConflict { field, sent, stored: first_word(rest) })
    };
    let cloud = || {
        let (field, rest) = message
            .split_once("field type for field \"")?
            .1
            .split_once("\" not permitted by schema; got ")?;
        let (sent, rest) = rest.split_once(" but expected ")?;
        Some(TypeConflict { field, sent, stored: first_word(rest) })
    };
    versions_1_and_2().or_else(cloud)
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

fn number_after(text: &str, words: &str) -> Option<usize> {
    let (_, rest) = text.rsplit_once(words)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

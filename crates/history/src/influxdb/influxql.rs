//! Queries, with names and texts quoted against injection.
//!
//! Source: <https://docs.influxdata.com/influxdb/v1/query_language/spec/>.

use crate::row::nanoseconds;
use crate::{Dataset, Query};

/// Quotes a name as an identifier.
pub(super) fn name(name: &str) -> String {
    format!("\"{}\"", escaped(name, '"'))
}

/// Quotes a text as a literal.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", escaped(text, '\''))
}

/// Query that aggregates readings: for each bucket and series, the aggregates of each field under names that contain
/// its number.
pub(super) fn series(dataset: &Dataset, query: &Query) -> String {
    let sums = query.fields.iter().enumerate().map(|(field, column)| {
        let column = name(column);
        let sum = |function: &str| format!("{function}({column}) AS \"{function}_{field}\"");
        ["mean", "min", "max", "count"].map(sum).join(", ")
    });
    let filters = query.tags.iter().map(|(tag, value)| format!(" AND {} = {}", name(tag), text(value)));
    let tags = dataset.tags.iter().map(|tag| format!(", {}", name(tag)));
    format!(
        "SELECT {} FROM {} WHERE time >= {} AND time < {}{} GROUP BY time({}s){} fill(none)",
        sums.collect::<Vec<_>>().join(", "),
        name(&dataset.name),
        nanoseconds(query.since),
        nanoseconds(query.until),
        filters.collect::<String>(),
        query.width().as_secs(),
        tags.collect::<String>(),
    )
}

fn escaped(text: &str, quote: char) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\\' => escaped.push_str("\\\\"),
            character if character == quote => escaped.extend(['\\', quote]),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_does_not_end_a_name_or_a_text() {
        assert_eq!(name("a\" FROM x; --"), "\"a\\\" FROM x; --\"");
        assert_eq!(text("it's \\ done\n"), "'it\\'s \\\\ done\\n'");
        assert_eq!(name("it's"), "\"it's\"");
    }
}

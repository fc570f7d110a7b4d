//! TOML documents with the line of each value, for error messages.

use toml::de::{DeTable, DeValue};

/// A value with its line.
#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// Line, counted from 1.
    pub line: usize,
    /// The value.
    pub value: TomlValue,
}

/// A value of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum TomlValue {
    /// Text.
    Text(String),
    /// A number, whole or not.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A list.
    List(Vec<Located>),
    /// A table, with the line of each key.
    Table(Vec<(String, usize, Located)>),
    /// A date or time, which no key accepts.
    Time,
}

/// A mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Line, counted from 1.
    pub line: usize,
    /// Description of the mistake, with its key.
    pub message: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Reads a document.
///
/// # Errors
///
/// All syntax errors.
pub fn read(text: &str) -> Result<Located, Vec<Mistake>> {
    let lines = Lines::of(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(Located { line: 1, value: lines.table(table.get_ref()) });
    }
    let mistake = |error: &toml::de::Error| Mistake {
        line: lines.number(error.span().map_or(0, |span| span.start)),
        // The parser's message names the expected syntax and does not quote the text.
        message: format!("is not TOML: {}", error.message()),
    };
    Err(errors.iter().map(mistake).collect())
}

/// Offsets of the lines of a text.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect())
    }

    fn number(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at) + 1
    }

    fn table(&self, table: &DeTable<'_>) -> TomlValue {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| {
                let line = self.number(key.span().start);
                let located = self.located(value.get_ref(), value.span().start);
                (key.get_ref().to_string(), line, located)
            })
            .collect();
        // The parser sorts by name; mistakes are reported from top to bottom.
        entries.sort_by_key(|(_, line, _)| *line);
        TomlValue::Table(entries)
    }

    fn located(&self, value: &DeValue<'_>, at: usize) -> Located {
        let value = match value {
            DeValue::String(text) => TomlValue::Text(text.to_string()),
            DeValue::Integer(number) => number_of(number.as_str(), number.radix()),
            DeValue::Float(number) => number_of(number.as_str(), 10),
            DeValue::Boolean(yes) => TomlValue::Boolean(*yes),
            DeValue::Datetime(_) => TomlValue::Time,
            DeValue::Array(items) => TomlValue::List(
                items.iter().map(|item| self.located(item.get_ref(), item.span().start)).collect(),
            ),
            DeValue::Table(table) => self.table(table),
        };
        Located { line: self.number(at), value }
    }
}

fn number_of(text: &str, radix: u32) -> TomlValue {
    let text = text.replace('_', "");
    let number = match radix {
        10 => text.parse().ok(),
        _ => u32::from_str_radix(&text, radix).ok().map(f64::from),
    };
    // The parser has validated the number; one that is too large becomes infinite, which no key accepts.
    TomlValue::Number(number.unwrap_or(f64::INFINITY))
}

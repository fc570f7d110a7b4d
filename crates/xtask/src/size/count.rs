//! Code lines of a Rust file that rustfmt has formatted.

/// Counts the lines that are neither blank nor a comment, before the tests, without the fields of records.
pub(super) fn code_lines(text: &str) -> usize {
    let mut lines = text.lines().take_while(|line| *line != "#[cfg(test)]");
    let mut count = 0;
    while let Some(line) = lines.next() {
        count += usize::from(is_code(line));
        if derives_record(line) {
            // The head of the struct, up to its first field.
            count +=
                lines.by_ref().take_while(|line| !line.ends_with('{')).filter(|line| is_code(line)).count();
            // The line with the brace that opens, and the one that closes.
            count += 2;
            lines.by_ref().take_while(|line| *line != "}").for_each(drop);
        }
    }
    count
}

fn is_code(line: &str) -> bool {
    let code = line.trim_start();
    !code.is_empty() && !code.starts_with("//")
}

/// Whether a line is the derive of a record, or of fields that records share.
fn derives_record(line: &str) -> bool {
    let derived = line.strip_prefix("#[derive(").and_then(|rest| rest.strip_suffix(")]"));
    derived.is_some_and(|names| names.split(", ").any(|name| name == "Record" || name == "Fields"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"//! From the reply to the records.

use record::Record;

/// A level.
#[derive(Debug, Record)]
#[record(measurement = "levels")]
pub struct Level {
    /// When.
    #[record(time)]
    pub at: Timestamp,
    /// Water level.
    #[record(unit = "m")]
    pub level: f64,
}

#[derive(Debug)]
pub struct Other {
    pub field: f64,
}

// A remark.
pub fn levels() -> Vec<Level> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    fn none() {}
}
"#;

    #[test]
    fn comments_blanks_tests_and_the_fields_of_records_do_not_count() {
        // The import, four lines of the record without its fields, four of the other struct, three of the function.
        assert_eq!(code_lines(FILE), 1 + 4 + 4 + 3);
    }
}

//! Names and texts in statements, quoted so that none is a keyword, folded in case, or a piece of SQL.

/// The name as an identifier.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The names as identifiers, with commas between them.
pub fn quoted_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// The text as a literal of PostgreSQL, for a statement that takes no parameters.
///
/// The prefix makes a backslash mean the same in every configuration. A NUL character, which no literal can hold, is
/// left out.
pub fn literal(text: &str) -> String {
    let text = text.replace('\0', "").replace('\\', "\\\\").replace('\'', "''");
    format!("E'{text}'")
}

/// The name of the index that enforces the identity of a table's rows.
pub(crate) fn identity_index(table: &str) -> String {
    format!("{table}_identity")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_name_does_not_end_it() {
        assert_eq!(quoted("a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
        assert_eq!(quoted_list(["order", "a b"]), "\"order\", \"a b\"");
    }

    #[test]
    fn a_literal_cannot_be_left() {
        assert_eq!(literal("it's \\' done"), "E'it''s \\\\'' done'");
    }
}

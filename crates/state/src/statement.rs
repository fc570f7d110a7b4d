//! The statements of both stores. They differ in how a parameter and the present are spelled.

/// Change of one key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change<'a> {
    /// Sets the value unconditionally.
    Set(&'a str),
    /// Removes the value unconditionally.
    Remove,
    /// If nothing is there, let it be this value.
    Add(&'a str),
    /// If this is there, let it be that value.
    Replace { expected: &'a str, value: &'a str },
    /// If this is there, let it be nothing.
    Take { expected: &'a str },
}

pub(crate) const GET: &str = "SELECT value FROM platform_state WHERE program = $1 AND key = $2";

/// Neither store has an operator for "begins with" that the other has, and LIKE would give `_` a meaning.
pub(crate) const ALL: &str = "SELECT key, value FROM platform_state \
    WHERE program = $1 AND substr(key, 1, length($2)) = $2 ORDER BY key";

const SET: &str = "INSERT INTO platform_state (program, key, value, updated_at) VALUES ($1, $2, $3, NOW) \
    ON CONFLICT (program, key) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at";
const REMOVE: &str = "DELETE FROM platform_state WHERE program = $1 AND key = $2";
const ADD: &str = "INSERT INTO platform_state (program, key, value, updated_at) VALUES ($1, $2, $3, NOW) \
    ON CONFLICT (program, key) DO NOTHING";
const REPLACE: &str = "UPDATE platform_state SET value = $4, updated_at = NOW \
    WHERE program = $1 AND key = $2 AND value = $3";
const TAKE: &str = "DELETE FROM platform_state WHERE program = $1 AND key = $2 AND value = $3";

impl<'a> Change<'a> {
    /// The statement, with `now` for the present, and its parameters after the program and the key.
    pub(crate) fn statement(self, now: &str) -> (String, Vec<&'a str>) {
        let (statement, values) = match self {
            Self::Set(value) => (SET, vec![value]),
            Self::Remove => (REMOVE, vec![]),
            Self::Add(value) => (ADD, vec![value]),
            Self::Replace { expected, value } => (REPLACE, vec![expected, value]),
            Self::Take { expected } => (TAKE, vec![expected]),
        };
        (statement.replace("NOW", now), values)
    }
}

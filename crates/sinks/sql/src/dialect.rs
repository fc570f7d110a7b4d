//! SQL dialect of a store.

use record::Type;

/// The integer up to which a `double precision` holds every one, of either sign: 2^53 (IEEE 754, binary64).
pub const LARGEST_EXACT: i64 = 1 << 53;

/// SQL dialect of a store.
#[derive(Debug)]
pub struct Dialect {
    /// The type of a new column.
    pub column_type: fn(Type) -> &'static str,
    /// Whether a column of the given SQL type, made by whomever, can hold values of ours.
    pub fit: fn(&str, Type) -> Fit,
    /// Whether an existing column can be changed.
    pub alters_columns: bool,
    /// Whether tables and columns have comments.
    pub has_comments: bool,
    /// The longest name, in bytes. Longer names would be cut, and two names could become one.
    pub longest_name: usize,
}

/// Whether a column can hold values of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It can as it is.
    Holds,
    /// It can once its type is this one, which holds all it holds now.
    Widens(&'static str),
    /// It can once its type is this one, a binary floating point number, which would round integers beyond
    /// [`LARGEST_EXACT`]. So it can only while it holds none.
    WidensIfExact(&'static str),
    /// It cannot.
    Refuses,
}

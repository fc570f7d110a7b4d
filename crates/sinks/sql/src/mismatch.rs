//! A table that cannot take the records, with advice for a person.

use fault::{Fault, Kind};

/// A table that cannot take the records as it is. A person has to change the table or the record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// A column of another type, which cannot hold the values or cannot hold them exactly.
    #[error(
        "column `{column}` of table `{table}` is {held_as}, which cannot hold {wanted}: convert it with ALTER TABLE, \
         or rename it and a new one is added"
    )]
    Type {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type as it is.
        held_as: String,
        /// The type the record needs.
        wanted: &'static str,
    },
    /// A column holds integers that the type the record needs would round.
    #[error(
        "column `{column}` of table `{table}` is {held_as} and holds integers beyond 2^53, which {wanted} would round: \
         convert it with ALTER TABLE, or rename it and a new one is added"
    )]
    Rounds {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type as it is.
        held_as: String,
        /// The type the record needs.
        wanted: &'static str,
    },
    /// A column of the identity is missing in a table that exists.
    #[error(
        "table `{table}` has no column `{column}`, which identifies its rows: add it, or rename the table"
    )]
    MissingKey {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// The rows of the table are identified by other columns.
    #[error(
        "the rows of table `{table}` are identified by {columns} in index `{table}_identity`, and the record has another \
         key: rename the table, or drop the index and one that fits is made"
    )]
    OtherKey {
        /// The table.
        table: String,
        /// The columns of the index.
        columns: String,
    },
    /// A column that was a tag is a field now.
    #[error(
        "column `{column}` of table `{table}` identifies its rows and cannot become a field: rename the field"
    )]
    TagAsField {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// An upsert of records without a key.
    #[error("records of `{table}` have no key, so they cannot be updated: give them a key, or append them")]
    NoKey {
        /// The table.
        table: String,
    },
    /// A column that must have a value, and that no record has.
    #[error(
        "column `{column}` of table `{table}` needs a value and is no part of the record: give it a default, or allow NULL"
    )]
    Unfilled {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A value may be absent, but the column cannot be changed to allow it.
    #[error(
        "column `{column}` of table `{table}` is NOT NULL, and its values may be absent: make the table anew"
    )]
    NotNull {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A name the store would cut.
    #[error("the name `{name}` has over {longest} bytes: choose a shorter one")]
    LongName {
        /// The name.
        name: String,
        /// Largest length of a name, in bytes.
        longest: usize,
    },
    /// A name no store takes.
    #[error("a table or column of `{table}` has an empty name, or one with a NUL character")]
    BadName {
        /// The table.
        table: String,
    },
    /// Something of that name is there, and it is no table.
    #[error("`{table}` is not a table but a view or the like: rename one of them")]
    NotATable {
        /// The name.
        table: String,
    },
}

impl Fault for Mismatch {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }
}

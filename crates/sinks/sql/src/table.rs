//! A table as a sink found it in its store.

/// A table as it is now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<TableColumn>,
    /// Its unique indexes and its primary key, but not those over some of the rows or over expressions.
    pub unique: Vec<UniqueIndex>,
}

/// A column as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// Its type, as [`Dialect::fit`](crate::Dialect::fit) understands it.
    pub sql_type: String,
    /// Whether it refuses `NULL`.
    pub is_required: bool,
    /// Whether the store fills it where a row names no value.
    pub has_default: bool,
}

/// A promise that no two rows have the same values in some columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueIndex {
    /// Its name.
    pub name: String,
    /// The columns.
    pub columns: Vec<String>,
}

impl Table {
    pub(crate) fn column(&self, name: &str) -> Option<&TableColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub(crate) fn index(&self, name: &str) -> Option<&UniqueIndex> {
        self.unique.iter().find(|index| index.name == name)
    }

    pub(crate) fn is_unique_over(&self, columns: &[&str]) -> bool {
        let same = |index: &UniqueIndex| {
            index.columns.len() == columns.len() && columns.iter().all(|column| index.has(column))
        };
        self.unique.iter().any(same)
    }
}

impl UniqueIndex {
    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|own| own == column)
    }
}

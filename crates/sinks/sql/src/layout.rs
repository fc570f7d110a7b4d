//! Layout of the rows of a schema in a table that fits them.

use record::{Role, Schema, Shape, Type, WriteMode};

use crate::{quoted, quoted_list};

/// Layout of the rows of a schema in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The table's name.
    pub table: String,
    /// The columns of the record, in its order.
    pub columns: Vec<Held>,
    /// The columns that identify a row; empty where nothing does.
    pub identity: Vec<String>,
    /// Tags of the table that the record does not have. They are written as the empty text.
    pub absent_tags: Vec<String>,
    /// Treatment of existing rows.
    pub write: Write,
}

/// A column of a record as the table holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its name.
    pub name: String,
    /// Its part in the record.
    pub role: Role,
    /// The type of the record's values.
    pub value_type: Type,
    /// The column's type in the store.
    pub sql_type: String,
}

/// Treatment of existing rows by a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// A row of the same identity stays as it is.
    Append,
    /// A row of the same identity is updated.
    Upsert,
    /// As an upsert, and rows that were not written are deleted.
    Replace,
}

impl Write {
    pub(crate) fn of(schema: &Schema) -> Self {
        match schema.shape {
            Shape::Table(WriteMode::Append) => Self::Append,
            Shape::Table(WriteMode::Replace) => Self::Replace,
            Shape::Measurement | Shape::Table(WriteMode::Upsert) => Self::Upsert,
        }
    }
}

impl Layout {
    /// The statement that inserts the rows of `source`, a `SELECT` or `VALUES` with the columns of the record and then
    /// the absent tags. A row that is there is changed only if it would be another, so that a repeat writes nothing.
    pub fn insert(&self, source: &str) -> String {
        let columns = self.columns.iter().map(|column| column.name.as_str());
        let columns = quoted_list(columns.chain(self.absent_tags.iter().map(String::as_str)));
        // No column can be meant by the alias, since it always stands before a dot.
        format!(
            "INSERT INTO {} AS \"existing\" ({columns}) {source}{}",
            quoted(&self.table),
            self.on_conflict()
        )
    }

    /// The columns a replacing write is confined to.
    pub fn partitions(&self) -> impl Iterator<Item = &Held> {
        self.columns.iter().filter(|column| column.role == Role::Partition)
    }

    /// The columns of the record that identify a row, without the absent tags.
    pub fn identity(&self) -> impl Iterator<Item = &Held> {
        self.columns.iter().filter(|column| self.identity.contains(&column.name))
    }

    fn on_conflict(&self) -> String {
        if self.identity.is_empty() {
            return String::new();
        }
        let target = quoted_list(self.identity.iter().map(String::as_str));
        let changing = self.columns.iter().filter(|column| !self.identity.contains(&column.name));
        let changing: Vec<_> = changing.map(|column| quoted(&column.name)).collect();
        if self.write == Write::Append || changing.is_empty() {
            return format!(" ON CONFLICT ({target}) DO NOTHING");
        }
        let all = |text: fn(&String) -> String| changing.iter().map(text).collect::<Vec<_>>().join(", ");
        format!(
            " ON CONFLICT ({target}) DO UPDATE SET {} WHERE ({}) IS DISTINCT FROM ({})",
            all(|column| format!("{column} = EXCLUDED.{column}")),
            all(|column| format!("\"existing\".{column}")),
            all(|column| format!("EXCLUDED.{column}")),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(write: Write, identity: &[&str]) -> Layout {
        let held = |name: &str, role| Held {
            name: name.to_owned(),
            role,
            value_type: Type::Text,
            sql_type: "text".to_owned(),
        };
        Layout {
            table: "t".to_owned(),
            columns: vec![held("k", Role::Key), held("a", Role::Field), held("b", Role::Field)],
            identity: identity.iter().map(ToString::to_string).collect(),
            absent_tags: vec![],
            write,
        }
    }

    #[test]
    fn an_upsert_leaves_equal_rows_alone() {
        assert_eq!(
            layout(Write::Upsert, &["k"]).insert("VALUES (1, 2, 3)"),
            "INSERT INTO \"t\" AS \"existing\" (\"k\", \"a\", \"b\") VALUES (1, 2, 3) ON CONFLICT (\"k\") DO UPDATE \
             SET \"a\" = EXCLUDED.\"a\", \"b\" = EXCLUDED.\"b\" \
             WHERE (\"existing\".\"a\", \"existing\".\"b\") IS DISTINCT FROM (EXCLUDED.\"a\", EXCLUDED.\"b\")"
        );
    }

    #[test]
    fn an_append_leaves_every_row_alone() {
        assert!(layout(Write::Append, &["k"]).insert("").ends_with(" ON CONFLICT (\"k\") DO NOTHING"));
        assert!(layout(Write::Upsert, &["k", "a", "b"]).insert("").ends_with("DO NOTHING"));
    }

    #[test]
    fn rows_without_an_identity_never_conflict() {
        assert!(!layout(Write::Append, &[]).insert("").contains("CONFLICT"));
    }
}

//! Responses of the query API.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::{Error, Row};

/// Response: a result for each statement, or an error.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    results: Vec<Statement>,
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Statement {
    #[serde(default)]
    series: Vec<Table>,
    error: Option<String>,
}

/// Rows with the same name and tags.
#[derive(Debug, Deserialize)]
pub(super) struct Table {
    pub(super) name: String,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    columns: Vec<String>,
    #[serde(default)]
    values: Vec<Vec<Value>>,
}

impl Answer {
    /// Tables of each statement. A failed statement is an error, although the status is 200.
    pub(super) fn tables(self) -> Result<Vec<Vec<Table>>, Error> {
        if let Some(message) = self.error {
            return Err(Error::Query { message });
        }
        let tables = |statement: Statement| match statement.error {
            Some(message) => Err(Error::Query { message }),
            None => Ok(statement.series),
        };
        self.results.into_iter().map(tables).collect()
    }
}

impl Table {
    /// Rows, each with the tags.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row> {
        let tags = self.tags.iter().filter(|(_, value)| !value.is_empty());
        let tags: Row = tags.map(|(tag, value)| (tag.clone(), value.clone().into())).collect();
        self.values.iter().map(move |values| {
            let cells = self.columns.iter().zip(values).filter(|(_, value)| !value.is_null());
            tags.clone()
                .into_iter()
                .chain(cells.map(|(column, value)| (column.clone(), value.clone())))
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tables(body: Value) -> Result<Vec<Vec<Table>>, Error> {
        serde_json::from_value::<Answer>(body).unwrap().tables()
    }

    #[test]
    fn rows_carry_the_tags_of_their_table_and_no_nulls() {
        let body = json!({"results": [{"series": [{
            "name": "weather", "tags": {"city": "Oslo", "station": ""}, "columns": ["time", "temp", "rain"],
            "values": [[1, 2.5, null]],
        }]}]});
        let rows: Vec<_> = tables(body).unwrap()[0][0].rows().collect();
        assert_eq!(Value::from(rows), json!([{"city": "Oslo", "time": 1, "temp": 2.5}]));
    }

    #[test]
    fn an_error_inside_an_answer_is_an_error() {
        for body in [json!({"error": "no"}), json!({"results": [{"statement_id": 0, "error": "no"}]})] {
            assert_eq!(tables(body).unwrap_err().to_string(), "InfluxDB cannot run the query: no");
        }
    }
}

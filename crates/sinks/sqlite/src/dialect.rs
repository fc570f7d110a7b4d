//! SQLite dialect: column types and affinities.

use record::Type;
use sink_sql::{Dialect, Fit};

pub(crate) const SQLITE: Dialect = Dialect {
    column_type,
    fit,
    alters_columns: false,
    has_comments: false,
    // SQLite has no limit; this one lets every file be copied into PostgreSQL, which has it.
    longest_name: 63,
};

/// Affinity of a column: its conversion of values. Source: <https://sqlite.org/datatype3.html>, section 3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

fn column_type(value_type: Type) -> &'static str {
    match value_type {
        Type::Float => "REAL",
        Type::Integer | Type::Boolean => "INTEGER",
        Type::Text | Type::Timestamp | Type::Date | Type::Decimal | Type::Json => "TEXT",
    }
}

fn fit(declared: &str, value_type: Type) -> Fit {
    let holds = match (affinity(declared), value_type) {
        // No affinity: values stay as they are.
        (Affinity::Blob, _) => true,
        (Affinity::Text, _) => column_type(value_type) == "TEXT",
        (Affinity::Real, _) => matches!(value_type, Type::Float | Type::Integer),
        // Text that looks like a number would become one: a text loses its zeros, a decimal its exactness. A time, a
        // date or a document is never taken for another.
        (Affinity::Integer | Affinity::Numeric, _) => !matches!(value_type, Type::Text | Type::Decimal),
    };
    if holds { Fit::Holds } else { Fit::Refuses }
}

fn affinity(declared: &str) -> Affinity {
    let declared = declared.to_ascii_uppercase();
    let says = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    if says(&["INT"]) {
        Affinity::Integer
    } else if says(&["CHAR", "CLOB", "TEXT"]) {
        Affinity::Text
    } else if declared.is_empty() || says(&["BLOB"]) || declared == "ANY" {
        Affinity::Blob
    } else if says(&["REAL", "FLOA", "DOUB"]) {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_fits_the_column_made_for_it() {
        use Type::{Boolean, Date, Decimal, Float, Integer, Json, Text, Timestamp};
        for value_type in [Float, Integer, Boolean, Text, Timestamp, Date, Decimal, Json] {
            assert_eq!(fit(column_type(value_type), value_type), Fit::Holds, "{value_type:?}");
        }
    }

    #[test]
    fn a_column_that_would_change_a_value_is_refused() {
        let changing = [
            ("VARCHAR(20)", Type::Float),
            ("INTEGER", Type::Text),
            ("DECIMAL(10, 2)", Type::Decimal),
            ("DOUBLE PRECISION", Type::Decimal),
        ];
        for (declared, value_type) in changing {
            assert_eq!(fit(declared, value_type), Fit::Refuses, "{declared}");
        }
    }

    #[test]
    fn a_column_with_an_equivalent_type_stays_unchanged() {
        let kept = [
            ("DATETIME", Type::Timestamp),
            ("VARCHAR(20)", Type::Text),
            ("NUMERIC", Type::Float),
            ("FLOAT", Type::Integer),
            ("BOOLEAN", Type::Boolean),
            ("JSON", Type::Json),
            ("", Type::Decimal),
        ];
        for (declared, value_type) in kept {
            assert_eq!(fit(declared, value_type), Fit::Holds, "{declared}");
        }
    }
}

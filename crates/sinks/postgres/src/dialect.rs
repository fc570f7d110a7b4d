//! PostgreSQL dialect: column types and their compatibility.

use record::Type;
use sink_sql::{Dialect, Fit};

pub(crate) const POSTGRES: Dialect = Dialect {
    column_type,
    fit,
    alters_columns: true,
    has_comments: true,
    // Source: <https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS>.
    longest_name: 63,
};

pub(crate) fn column_type(value_type: Type) -> &'static str {
    match value_type {
        Type::Float => "double precision",
        Type::Integer => "bigint",
        Type::Boolean => "boolean",
        Type::Text => "text",
        Type::Timestamp => "timestamp with time zone",
        Type::Date => "date",
        Type::Decimal => "numeric",
        Type::Json => "jsonb",
    }
}

/// Names of types are those of `format_type`, with the limits a column declares: `numeric(10,2)`.
fn fit(declared: &str, value_type: Type) -> Fit {
    let base = base(declared);
    match (base.as_str(), value_type) {
        ("smallint" | "integer", Type::Integer) => Fit::Widens("bigint"),
        ("smallint" | "integer" | "real", Type::Float) => Fit::Widens("double precision"),
        // As `numeric` it would hold all, but its readers would get another kind of number than they expect.
        ("bigint", Type::Float) => Fit::WidensIfExact("double precision"),
        // A value over the limit would be cut by a cast, or its row refused.
        ("character varying", Type::Text) if base != declared => Fit::Widens("character varying"),
        ("numeric", Type::Decimal | Type::Float | Type::Integer) if base != declared => {
            Fit::Widens("numeric")
        }
        ("timestamp without time zone", Type::Timestamp) if base != declared => {
            Fit::Widens("timestamp without time zone")
        }
        ("timestamp with time zone", Type::Timestamp) if base != declared => {
            Fit::Widens("timestamp with time zone")
        }
        ("numeric", Type::Decimal | Type::Float | Type::Integer)
        | ("double precision", Type::Integer)
        | ("character varying", Type::Text)
        | ("timestamp without time zone", Type::Timestamp) => Fit::Holds,
        (base, _) if base == column_type(value_type) => Fit::Holds,
        _ => Fit::Refuses,
    }
}

/// The type without its limits, which may stand in its middle: `timestamp(3) with time zone`.
fn base(declared: &str) -> String {
    match (declared.split_once('('), declared.split_once(')')) {
        (Some((head, _)), Some((_, tail))) => format!("{head}{tail}"),
        _ => declared.to_owned(),
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
    fn a_narrow_column_is_widened() {
        let widened = [
            ("integer", Type::Integer, "bigint"),
            ("real", Type::Float, "double precision"),
            ("integer", Type::Float, "double precision"),
            ("smallint", Type::Float, "double precision"),
            ("character varying(3)", Type::Text, "character varying"),
            ("numeric(10,2)", Type::Decimal, "numeric"),
            ("timestamp(3) without time zone", Type::Timestamp, "timestamp without time zone"),
            ("timestamp(0) with time zone", Type::Timestamp, "timestamp with time zone"),
        ];
        for (declared, value_type, wider) in widened {
            assert_eq!(fit(declared, value_type), Fit::Widens(wider), "{declared}");
        }
    }

    #[test]
    fn large_integers_are_looked_for_before_they_would_be_rounded() {
        assert_eq!(fit("bigint", Type::Float), Fit::WidensIfExact("double precision"));
    }

    #[test]
    fn a_compatible_column_stays_unchanged() {
        let kept = [
            ("character varying", Type::Text),
            ("double precision", Type::Integer),
            ("timestamp without time zone", Type::Timestamp),
            ("numeric", Type::Float),
        ];
        for (declared, value_type) in kept {
            assert_eq!(fit(declared, value_type), Fit::Holds, "{declared}");
        }
    }

    #[test]
    fn a_column_that_would_lose_something_is_refused() {
        let refused = [
            ("text", Type::Float),
            ("double precision", Type::Decimal),
            ("bigint", Type::Decimal),
            // It pads shorter texts, and blanks at the end do not count.
            ("character(3)", Type::Text),
            ("bpchar", Type::Text),
            ("date", Type::Timestamp),
            ("json", Type::Json),
            ("integer[]", Type::Integer),
        ];
        for (declared, value_type) in refused {
            assert_eq!(fit(declared, value_type), Fit::Refuses, "{declared}");
        }
    }
}

//! Classification of PostgreSQL's error codes.

use fault::Kind;

/// Source: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
pub(crate) fn kind(code: &str) -> Kind {
    match code {
        "42501" => Kind::Unauthorized,
        // A pooler says with the first that it does not know the database or a parameter. The second: the database
        // was dropped while it was in use.
        "08P01" | "57P04" => Kind::Configuration,
        // The server is a standby: during a failover it may be the old primary.
        "25006" | "25P02" | "25P03" => Kind::Temporary,
        _ => match code.get(..2).unwrap_or_default() {
            // Connections, resources, locks, deadlocks, shutdown, time-outs, the server's disk and its own faults.
            "08" | "40" | "53" | "55" | "57" | "58" | "XX" => Kind::Temporary,
            "28" => Kind::Unauthorized,
            // Values, constraints, limits of one row, views with a check, and errors raised by triggers.
            "22" | "23" | "54" | "44" | "P0" => Kind::Rejected,
            _ => Kind::Configuration,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_the_fault_kind_of_its_class() {
        let expected = [
            ("57P03", Kind::Temporary),
            ("57P01", Kind::Temporary),
            ("57014", Kind::Temporary),
            ("53300", Kind::Temporary),
            ("53100", Kind::Temporary),
            ("40001", Kind::Temporary),
            ("40P01", Kind::Temporary),
            ("55P03", Kind::Temporary),
            ("28P01", Kind::Unauthorized),
            ("28000", Kind::Unauthorized),
            ("42501", Kind::Unauthorized),
            ("3D000", Kind::Configuration),
            ("42P01", Kind::Configuration),
            ("42703", Kind::Configuration),
            ("22003", Kind::Rejected),
            ("23514", Kind::Rejected),
            ("54000", Kind::Rejected),
        ];
        for (code, kind) in expected {
            assert_eq!(super::kind(code), kind, "{code}");
        }
    }
}

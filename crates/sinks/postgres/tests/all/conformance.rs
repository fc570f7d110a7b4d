//! The claims of every SQL sink, against a server.

sink_sql::conformance!(crate::database::Database::empty);

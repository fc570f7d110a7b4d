//! The claims of every SQL sink, against a server.

mod database;

sink_sql::conformance!(database::Database::empty);

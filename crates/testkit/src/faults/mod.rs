//! Faults against a shipped program.

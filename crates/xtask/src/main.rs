//! The project's own commands: demo, test, new, bench.
fn main() {}

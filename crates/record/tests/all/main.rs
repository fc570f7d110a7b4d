//! Records from outside: derived, as lines, with shared fields, and their mistakes.

mod flatten;
mod lines;
mod mistakes;
mod record;

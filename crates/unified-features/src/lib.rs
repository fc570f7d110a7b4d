//! Features of dependencies, turned on alike in every build of tests and of the project's own commands.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! The gateway: mappings and their test cases, the shipped program, and faults that it has to survive.

mod faults;
mod mapping;
mod program;
mod testcases;

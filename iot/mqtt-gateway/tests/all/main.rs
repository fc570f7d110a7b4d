//! The gateway: mappings and their test cases, the shipped program, and faults that it has to survive.

mod calls;
mod faults;
mod mapping;
mod program;
mod testcases;

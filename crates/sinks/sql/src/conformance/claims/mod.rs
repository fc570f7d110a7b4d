//! The claims, one function each.

#![expect(missing_docs, reason = "each name says what is claimed")]

mod change;
mod others;
mod refusal;
mod replace;
mod store;

pub use change::*;
pub use others::*;
pub use refusal::*;
pub use replace::*;
pub use store::*;

//! A message as the Slack crate takes it so far. It goes when that crate implements the channel trait.

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Somebody should act.
    Critical,
    /// All is well again.
    Resolved,
}

/// A message to people: what, why, since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How it is meant.
    pub tone: Tone,
    /// What happened, on one line.
    pub title: String,
    /// More of it; may be empty.
    pub detail: String,
    /// Where to look: since when, which run.
    pub context: String,
}

//! Images that a push builds.

use crate::affected::{self, Affected};

use super::outputs::Outputs;

/// GitHub's description of the event.
pub(super) struct Event {
    /// The commit before the push; empty where there is none, as for a run that a person starts.
    pub(super) before: String,
    /// The programs a person named.
    pub(super) programs: Vec<String>,
}

/// Outputs for the following jobs.
pub(super) fn outputs(event: &Event) -> Result<Outputs, String> {
    let affected = affected(event)?;
    eprint!("{}", affected::text(&affected));
    let names: Vec<_> = affected.names().collect();
    let builds = affected::matrix(&affected)?.to_string();
    Ok(Outputs::default()
        .with("any", &(!names.is_empty()).to_string())
        .with("arm64", &builds.contains("\"arm64\"").to_string())
        .with("builds", &builds)
        .with("programs", &names.join(" ")))
}

/// A push builds what it changes. A person builds what they name, or everything.
fn affected(event: &Event) -> Result<Affected, String> {
    if event.programs.is_empty() && !event.before.is_empty() {
        return affected::since(&event.before);
    }
    let all = affected::all("asked for")?;
    if event.programs.is_empty() { Ok(all) } else { all.only(&event.programs) }
}

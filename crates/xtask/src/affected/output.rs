//! The answer, as people and programs read it.

use serde_json::{Value, json};

use super::verdict::{Affected, Rebuilt};

/// The answer for people, with the end of its last line.
pub(crate) fn text(affected: &Affected) -> String {
    let width = affected.programs.iter().map(|program| program.name.len()).max().unwrap_or_default();
    let rebuilt =
        affected.programs.iter().map(|program| format!("{:width$}  {}\n", program.name, program.reason));
    let deleted =
        affected.deleted.iter().map(|name| format!("{name} is deleted; its image stays as it is\n"));
    let lines: String = rebuilt.chain(deleted).collect();
    if affected.programs.is_empty() { format!("{lines}No image has to be built.\n") } else { lines }
}

/// The answer for programs.
pub(super) fn document(affected: &Affected) -> Value {
    let program = |program: &Rebuilt| {
        let Rebuilt { name, folder, architectures, reason } = program;
        json!({ "name": name, "folder": folder, "architectures": architectures, "reason": reason })
    };
    json!({
        "programs": affected.programs.iter().map(program).collect::<Vec<_>>(),
        "deleted": affected.deleted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn affected(architectures: &[&str]) -> Affected {
        let architectures = architectures.iter().map(ToString::to_string).collect();
        let (name, folder, reason) = ("tides".into(), "pipelines/tides".into(), "Cargo.lock".into());
        let programs = vec![Rebuilt { name, folder, architectures, reason }];
        Affected { programs, deleted: vec!["waves".into()] }
    }

    #[test]
    fn people_read_targets_and_reasons() {
        let answer = text(&affected(&[]));
        assert_eq!(answer, "tides  Cargo.lock\nwaves is deleted; its image stays as it is\n");
        let nothing = Affected { programs: Vec::new(), deleted: Vec::new() };
        assert_eq!(text(&nothing), "No image has to be built.\n");
    }
}

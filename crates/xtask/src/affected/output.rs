//! The answer, as people and as workflows read it.

use serde_json::{Value, json};

use super::verdict::{Affected, Rebuilt};

/// The machine of a GitHub workflow that builds for an architecture without emulation. Source:
/// <https://docs.github.com/en/actions/reference/runners/github-hosted-runners>.
const RUNNERS: [(&str, &str); 2] = [("amd64", "ubuntu-24.04"), ("arm64", "ubuntu-24.04-arm")];

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

/// The matrix of a workflow: an entry for each program and architecture.
pub(crate) fn matrix(affected: &Affected) -> Result<Value, String> {
    let mut entries = Vec::new();
    for program in &affected.programs {
        for architecture in &program.architectures {
            let runner = RUNNERS.iter().find(|(name, _)| name == architecture);
            let (_, runner) =
                runner.ok_or_else(|| format!("{}: there is no runner for {architecture}", program.name))?;
            entries.push(json!({ "program": program.name, "architecture": architecture, "runner": runner }));
        }
    }
    Ok(json!({ "include": entries }))
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
    fn a_matrix_has_an_entry_for_each_program_and_architecture() {
        let matrix = matrix(&affected(&["amd64", "arm64"])).unwrap();
        assert_eq!(
            matrix.to_string(),
            "{\"include\":[\
             {\"architecture\":\"amd64\",\"program\":\"tides\",\"runner\":\"ubuntu-24.04\"},\
             {\"architecture\":\"arm64\",\"program\":\"tides\",\"runner\":\"ubuntu-24.04-arm\"}]}"
        );
        assert!(super::matrix(&affected(&["riscv64"])).is_err());
    }

    #[test]
    fn people_read_what_is_built_and_why() {
        let answer = text(&affected(&[]));
        assert_eq!(answer, "tides  Cargo.lock\nwaves is deleted; its image stays as it is\n");
        let nothing = Affected { programs: Vec::new(), deleted: Vec::new() };
        assert_eq!(text(&nothing), "No image has to be built.\n");
    }
}

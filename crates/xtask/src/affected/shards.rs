//! Shards of a workflow: programs of one architecture that are built on one machine, each crate once.

use serde_json::{Value, json};

use super::verdict::{Affected, Rebuilt};
use crate::image::{self, Architecture, Places};

/// The machine of a GitHub workflow that builds for an architecture without emulation. Source:
/// <https://docs.github.com/en/actions/reference/runners/github-hosted-runners>.
const RUNNERS: [(&str, &str); 2] = [("amd64", "ubuntu-24.04"), ("arm64", "ubuntu-24.04-arm")];
/// Largest number of programs in a shard. Each shard compiles the shared crates again, and fewer shards take
/// longer.
const SIZE: usize = 15;

/// The matrix of a workflow: an entry for each shard.
pub(crate) fn matrix(affected: &Affected) -> Result<Value, String> {
    let mut entries = Vec::new();
    for (architecture, runner) in RUNNERS {
        let programs = together(programs(affected, architecture), architecture)?;
        for (shard, programs) in (1..).zip(cut(&programs)) {
            let programs = programs.join(" ");
            entries.push(json!({
                "architecture": architecture, "programs": programs, "runner": runner, "shard": shard
            }));
        }
    }
    let is_known = |architecture: &&String| RUNNERS.iter().any(|(name, _)| name == architecture);
    for program in &affected.programs {
        if let Some(unknown) = program.architectures.iter().find(|one| !is_known(one)) {
            return Err(format!("{}: there is no runner for {unknown}", program.name));
        }
    }
    Ok(json!({ "include": entries }))
}

/// The programs that ship for an architecture.
fn programs(affected: &Affected, architecture: &str) -> Vec<String> {
    let ships = |program: &&Rebuilt| program.architectures.iter().any(|one| one == architecture);
    affected.programs.iter().filter(ships).map(|program| program.name.clone()).collect()
}

/// Sorts programs that can share a call of cargo next to each other. In one shard any order is right.
fn together(programs: Vec<String>, architecture: &str) -> Result<Vec<String>, String> {
    match Architecture::named(architecture) {
        Some(architecture) if programs.len() > SIZE => {
            Ok(image::groups(&Places::here()?, &programs, architecture)?.concat())
        }
        _ => Ok(programs),
    }
}

/// Cuts programs into as few shards as possible, whose sizes differ by one at most.
fn cut(programs: &[String]) -> Vec<&[String]> {
    let count = programs.len().div_ceil(SIZE);
    let (mut rest, mut shards) = (programs, Vec::new());
    for left in (1..=count).rev() {
        let (shard, others) = rest.split_at(rest.len().div_ceil(left));
        shards.push(shard);
        rest = others;
    }
    shards
}

#[cfg(test)]
mod tests {
    use super::*;

    fn affected(names: &[&str], architectures: &[&str]) -> Affected {
        let program = |name: &&str| Rebuilt {
            name: (*name).into(),
            folder: format!("pipelines/{name}"),
            architectures: architectures.iter().map(ToString::to_string).collect(),
            reason: "Cargo.lock".into(),
        };
        Affected { programs: names.iter().map(program).collect(), deleted: Vec::new() }
    }

    #[test]
    fn a_matrix_has_an_entry_for_each_architecture_and_shard() {
        let answer = matrix(&affected(&["tides", "waves"], &["amd64", "arm64"])).unwrap();
        assert_eq!(
            answer.to_string(),
            "{\"include\":[\
             {\"architecture\":\"amd64\",\"programs\":\"tides waves\",\"runner\":\"ubuntu-24.04\",\"shard\":1},\
             {\"architecture\":\"arm64\",\"programs\":\"tides waves\",\"runner\":\"ubuntu-24.04-arm\",\"shard\":1}]}"
        );
        assert!(matrix(&affected(&["tides"], &["riscv64"])).is_err());
        assert_eq!(matrix(&affected(&[], &[])).unwrap().to_string(), "{\"include\":[]}");
    }

    #[test]
    fn shards_are_few_and_differ_by_one_program_at_most() {
        let sizes = |count: usize| {
            let programs: Vec<_> = (0..count).map(|number| number.to_string()).collect();
            let shards = cut(&programs);
            assert_eq!(shards.concat(), programs);
            shards.into_iter().map(<[String]>::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(15), [15]);
        assert_eq!(sizes(16), [8, 8]);
        assert_eq!(sizes(31), [11, 10, 10]);
        assert_eq!(sizes(60), [15, 15, 15, 15]);
    }
}

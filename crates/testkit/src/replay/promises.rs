//! Checks of every run, independent of its test case.

use std::collections::HashSet;
use std::fs;

use super::{Case, Golden};
use crate::world::World;
use crate::{Outcome, Program};

/// The promises that do not hold. The first run has ended in `world`; more runs follow.
pub(super) fn broken(
    program: &Program,
    case: &Case,
    world: &mut World,
    first: &Outcome,
    golden: &Golden,
) -> Vec<String> {
    let mut broken = reported(world, first);
    broken.extend(repeatable(case, world, first));
    broken.extend(dry(program, case, first, golden));
    broken
}

/// Checks that the run report is in the store and in the files for orchestrators.
fn reported(world: &World, first: &Outcome) -> Vec<String> {
    let report = world.report().unwrap_or_default();
    let run_id = report.get("run_id").and_then(|id| id.as_str()).unwrap_or("no run id").to_owned();
    let is_stored = world.report_lines().contains(&run_id)
        || world.report_rows().iter().any(|row| row.to_string().contains(&run_id));
    let says_exit = report.get("exit").and_then(serde_json::Value::as_i64) == first.exit.map(i64::from);
    let mut broken = Vec::new();
    broken.extend((!is_stored).then(|| format!("  the run report is not in the store\n{}", first.stderr)));
    broken.extend((!says_exit).then(|| format!("  the run report tells another exit: {report}")));
    let same = world.termination_log().contains(&run_id);
    broken.extend((!same).then(|| "  the termination log does not hold the run report".to_owned()));
    broken
}

/// Checks that a repeat stores the same, ends the same, and alerts no one again.
fn repeatable(case: &Case, world: &mut World, first: &Outcome) -> Vec<String> {
    let before = (world.lines(), world.rows(), world.alerts());
    world.replace_source(case);
    let second = world.run(&[]);
    let mut broken = Vec::new();
    if second.exit != first.exit {
        broken
            .push(format!("  a repeat ends with {:?}, not {:?}\n{}", second.exit, first.exit, second.stderr));
    }
    if (world.lines(), world.rows()) != (before.0, before.1) {
        broken.push(format!("  a repeat changes what is stored, to:\n{}", world.lines()));
    }
    if world.alerts() != before.2 {
        broken.push(format!("  a repeat alerts again: {:?}", world.alerts()));
    }
    broken
}

/// Checks that a dry run prints a line for each record, and that nothing else happens.
fn dry(program: &Program, case: &Case, first: &Outcome, golden: &Golden) -> Vec<String> {
    let world = World::of(program, case);
    let outcome = world.run(&["--dry-run"]);
    let mut broken = Vec::new();
    if outcome.exit != first.exit {
        broken.push(format!(
            "  a dry run ends with {:?}, not {:?}\n{}",
            outcome.exit, first.exit, outcome.stderr
        ));
    }
    // The simulated source replies the same in each window of a backfill, and a store keeps one of equal points.
    let printed = outcome.stdout.lines().collect::<HashSet<_>>().len();
    if printed != golden.records() {
        let stored = golden.records();
        broken.push(format!(
            "  a dry run prints {printed} different records, {stored} were stored\n{}",
            outcome.stdout
        ));
    }
    let written: Vec<_> = world.written().into_iter().map(|(path, _)| path.display().to_string()).collect();
    if !written.is_empty() || fs::exists(world.folder().join("data")).unwrap_or(true) {
        broken.push(format!("  a dry run writes files: {}", written.join(", ")));
    }
    if !world.store().requests().is_empty() || !world.channel().requests().is_empty() {
        broken.push("  a dry run calls the store or the channel of alerts".to_owned());
    }
    broken
}

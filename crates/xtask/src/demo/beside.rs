//! Parallel runs of programs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::outcome::Outcome;
use super::program::Program;

/// Number of programs that run at once. Most wait: a job for its simulator and store, a device for its time.
const AT_ONCE: usize = 12;

/// Runs each program, and reports its outcome once those before it are reported: in their order.
pub(super) fn each_other(
    programs: &[&Program],
    run: impl Fn(&Program) -> Outcome + Sync,
    report: impl FnMut(Outcome),
) {
    let (sender, outcomes) = mpsc::channel();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(programs.len()) {
            let (sender, next, run) = (sender.clone(), &next, &run);
            scope.spawn(move || {
                while let Some((index, program)) = take(programs, next) {
                    // The receiver stays until the last outcome.
                    let _ = sender.send((index, run(program)));
                }
            });
        }
        drop(sender);
        in_order(outcomes, report);
    });
}

fn take<'a>(programs: &[&'a Program], next: &AtomicUsize) -> Option<(usize, &'a Program)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    programs.get(index).map(|program| (index, *program))
}

fn in_order<T>(numbered: impl IntoIterator<Item = (usize, T)>, mut report: impl FnMut(T)) {
    let (mut early, mut next) = (BTreeMap::new(), 0_usize);
    for (index, item) in numbered {
        early.insert(index, item);
        while let Some(item) = early.remove(&next) {
            report(item);
            next += 1;
        }
    }
    // Outcomes after one that was lost.
    early.into_values().for_each(report);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_results_wait_for_those_before_them() {
        let mut reported = Vec::new();
        in_order([(1, "b"), (0, "a"), (3, "d"), (2, "c")], |item| reported.push(item));
        assert_eq!(reported, ["a", "b", "c", "d"]);
    }

    #[test]
    fn every_program_runs_once() {
        let program = Program::of_script("simulator = 'nws'\nurl = 'NWS_URL'", "true");
        let mut reported = 0;
        each_other(&vec![&program; 30], |it| Outcome::begin(&it.name, "simulated"), |_| reported += 1);
        assert_eq!(reported, 30);
    }
}

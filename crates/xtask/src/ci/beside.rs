//! Parallel work on several programs, most of which waits for registries and signatures.

use std::sync::{Mutex, PoisonError};
use std::thread;

/// Number of programs that are worked on at once: the number of cores of a runner.
const AT_ONCE: usize = 4;

/// Calls `act` for each program. Returns the results in the order of the programs, then the problems.
pub(super) fn each<T: Send>(
    programs: &[String],
    act: impl Fn(&str) -> Result<T, String> + Sync,
) -> (Vec<T>, Vec<String>) {
    let waiting = Mutex::new(programs.iter().enumerate());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let mut done = Vec::new();
        while let Some((place, program)) = next() {
            done.push((place, act(program).map_err(|problem| format!("{program}: {problem}"))));
        }
        done
    };
    let mut results = thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect::<Vec<_>>()
    });
    results.sort_by_key(|(place, _)| *place);
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for (_, result) in results {
        match result {
            Ok(result) => right.push(result),
            Err(problem) => wrong.push(problem),
        }
    }
    (right, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_stops_no_other() {
        let programs = ["a", "b", "c", "d", "e", "f"].map(str::to_owned);
        let (right, wrong) =
            each(&programs, |program| if program == "c" { Err("no".into()) } else { Ok(program.to_owned()) });
        assert_eq!(right, ["a", "b", "d", "e", "f"]);
        assert_eq!(wrong, ["c: no"]);
    }
}

//! Work on several programs at once, since most of it waits for registries and for what signs.

use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many programs are worked on at once: as many as a runner has cores.
const AT_ONCE: usize = 4;

/// Does one thing with each program. Gives the results in the order of the programs, and what is wrong with the others.
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

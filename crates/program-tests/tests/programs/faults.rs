//! Faults of sources, stores and machines, tried on a program.

use libtest_mimic::Trial;
use testkit::faults::{CLAIMS, Claim, DEVICE_CLAIMS};
use testkit::replay::Case;

use crate::package::Package;

/// A test for each claim about a job or a device that has test cases; none where they are not wanted.
pub(crate) fn trials(package: &Package, are_wanted: bool) -> Vec<Trial> {
    let program = package.program();
    let cases = Case::all(&program);
    if !are_wanted || cases.is_empty() {
        return Vec::new();
    }
    // The source of a device is its simulator, which has faults of its own.
    let is_job = cases.iter().any(|case| case.simulator.is_none());
    let claims = if is_job { CLAIMS } else { DEVICE_CLAIMS };
    let skipped = Case::skipped_faults(package.folder());
    let unknown = skipped.keys().filter(|name| claims.iter().all(|claim| claim.short_name() != *name));
    let mistakes: Vec<_> = unknown.map(|name| mistake(package, name)).collect();
    let trial = |claim: &Claim| {
        let name = format!("{}::faults::{}", package.name, claim.name);
        let skipped = skipped.get(claim.short_name()).cloned();
        match skipped.or_else(|| claim.irrelevance(&program).map(str::to_owned)) {
            // The reason stands in the output, before the name.
            Some(reason) => {
                Trial::test(name, || Ok(())).with_kind(format!("skipped: {reason}")).with_ignored_flag(true)
            }
            None => {
                let (program, hold) = (program.clone(), claim.hold);
                Trial::test(name, move || {
                    hold(&program);
                    Ok(())
                })
            }
        }
    };
    claims.iter().map(trial).chain(mistakes).collect()
}

/// A test that fails, since a claim that is left out does not exist.
fn mistake(package: &Package, name: &str) -> Trial {
    let problem = format!("testcases/case.toml leaves out the claim `{name}`, which does not exist");
    Trial::test(format!("{}::faults::{name}", package.name), move || Err(problem.into()))
}

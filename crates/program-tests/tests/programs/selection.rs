//! The tests that a call asks for.

use libtest_mimic::{Arguments, Trial};

use crate::package::Package;

/// The programs on which the faults are proven for all others, since those share the runner: a job and a device.
const REFERENCES: [&str; 2] = ["openweather-current", "sds011-air-quality"];

/// Further programs whose faults are wanted, with spaces between, or `all`.
const VARIABLE: &str = "TESTKIT_FAULTS";

/// The tests that a call asks for.
pub(crate) struct Selection {
    arguments: Arguments,
    with_faults: Vec<String>,
}

impl Selection {
    /// Reads the selection from the arguments and the environment.
    pub(crate) fn of(arguments: &Arguments) -> Self {
        let more = std::env::var(VARIABLE).unwrap_or_default();
        let with_faults = more.split_whitespace().map(str::to_owned).collect();
        Self { arguments: arguments.clone(), with_faults }
    }

    /// Whether faults of a program are wanted: it is a reference, the environment names it, or the call does.
    pub(crate) fn wants_faults(&self, package: &Package) -> bool {
        REFERENCES.contains(&package.name.as_str())
            || self.with_faults.iter().any(|name| name == "all" || *name == package.name)
            || self.arguments.filter.as_ref().is_some_and(|filter| names(filter, package))
    }

    /// Whether the name of a test passes the filters of the call.
    pub(crate) fn holds(&self, name: &str) -> bool {
        let matches =
            |filter: &String| if self.arguments.exact { name == filter } else { name.contains(filter) };
        self.arguments.filter.as_ref().is_none_or(matches) && !self.arguments.skip.iter().any(matches)
    }

    /// Whether a test that passes the filters is run, and not only listed as ignored.
    pub(crate) fn runs(&self, trial: &Trial) -> bool {
        self.arguments.include_ignored || trial.has_ignored_flag() == self.arguments.ignored
    }

    /// Says which programs are tested without faults, and how they are tested with them.
    pub(crate) fn explain(&self, packages: &[Package]) {
        let without = packages.iter().filter(|package| !self.wants_faults(package)).count();
        if self.arguments.filter.is_none() && without > 0 {
            eprintln!(
                "Faults are tried on {}; {VARIABLE}=all tries them on {without} more programs.",
                REFERENCES.join(" and ")
            );
        }
    }
}

/// Whether a filter begins with the name of a package, or the beginning of it.
fn names(filter: &str, package: &Package) -> bool {
    let program = filter.split("::").next().unwrap_or_default();
    !program.is_empty() && package.name.starts_with(program)
}

//! The parameters of the stack: one for each variable that any job has.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::generate::manifest::Origin;
use crate::generate::model::Program;

/// The most parameters that a stack may have, and those that the template itself has. Source:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
const MOST: usize = 200;
const OWN: [&str; 12] = [
    "Platform",
    "Program",
    "Image",
    "Schedule",
    "TimeZone",
    "StartWithinSeconds",
    "DeadlineSeconds",
    "Architecture",
    "Memory",
    "MemoryLimit",
    "Storage",
    "SpoolMaxBytes",
];

/// A variable whose value is a parameter.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Parameter<'a> {
    pub(super) name: String,
    pub(super) variable: &'a str,
    /// The name of the secret, and the key in it.
    from: &'a str,
    key: &'a str,
    pub(super) is_secret: bool,
}

/// A parameter that some programs do not start without.
#[derive(Serialize)]
pub(super) struct Rule<'a> {
    name: String,
    programs: Vec<&'a str>,
}

/// The name of the parameter of a variable: letters and digits alone, `OpenweatherKey` for `OPENWEATHER_KEY`.
pub(super) fn name(variable: &str) -> String {
    let words = variable.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{first}{}", rest.to_lowercase())
    });
    words.collect()
}

/// The parameters of all jobs, by name.
pub(super) fn all<'a>(jobs: &[&'a Program]) -> Result<Vec<Parameter<'a>>, String> {
    let mut all: BTreeMap<String, Parameter<'a>> = BTreeMap::new();
    for program in jobs {
        for binding in &program.environment {
            let (from, key) = match &binding.origin {
                Origin::Literal(_) => ("", ""),
                Origin::Config(it) | Origin::Secret(it) => (it.name.as_str(), it.key_of(&binding.variable)),
            };
            let (variable, is_secret) =
                (binding.variable.as_str(), matches!(binding.origin, Origin::Secret(_)));
            let name = name(variable);
            // A key of the program's own, such as the one of its heartbeat.
            let key = if key == program.name { "PROGRAM" } else { key };
            let parameter = Parameter { name: name.clone(), variable, from, key, is_secret };
            let known = all.entry(name).or_insert(parameter);
            if known.variable != variable || known.is_secret != is_secret {
                let other = known.variable;
                return Err(format!(
                    "{}: {variable} and {other} differ, and are one parameter for ECS",
                    program.name
                ));
            }
        }
    }
    if let Some(own) = OWN.iter().find(|own| all.contains_key(**own)) {
        return Err(format!(
            "the stack of ECS has a parameter {own} of its own; no variable may be called so"
        ));
    }
    if all.len() + OWN.len() > MOST {
        return Err(format!("the jobs have {} variables, and a stack of ECS has at most {MOST}", all.len()));
    }
    Ok(all.into_values().collect())
}

/// The parameters that programs do not start without.
pub(super) fn rules<'a>(jobs: &[&'a Program]) -> Vec<Rule<'a>> {
    let mut rules: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for program in jobs {
        for binding in program.environment.iter().filter(|binding| !binding.is_optional) {
            rules.entry(name(&binding.variable)).or_default().push(&program.name);
        }
    }
    rules.into_iter().map(|(name, programs)| Rule { name, programs }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::sample;

    #[test]
    fn a_variable_is_one_parameter_for_all_jobs() {
        let model = sample::model();
        let tides = model.program("tides").unwrap();
        let names: Vec<_> = all(&[tides, tides]).unwrap().into_iter().map(|it| it.name).collect();
        let expected = [
            "AlertLevelAbove",
            "HeartbeatUrl",
            "Measurement",
            "Station",
            "StoreToken",
            "StoreUrl",
            "TidesKey",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_variable_that_is_a_secret_for_one_job_alone_is_refused() {
        let model = sample::model();
        let tides = model.program("tides").unwrap();
        let mut other = tides.clone();
        other.environment.retain(|binding| binding.variable == "TIDES_KEY");
        other.environment[0].origin = Origin::Literal("open".to_owned());
        assert!(all(&[tides, &other]).unwrap_err().contains("TIDES_KEY and TIDES_KEY differ"));
    }
}

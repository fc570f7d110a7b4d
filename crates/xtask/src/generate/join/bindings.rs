//! Bindings of the variables of a program to their origins, and the check for missing ones.

use std::collections::BTreeMap;

use record::Role;

use crate::generate::describe::{Description, Variable};
use crate::generate::manifest::{self, Delivery, Manifest, Origin};
use crate::generate::mistake::Mistakes;
use crate::generate::model::{Binding, PLACEMENT, Program};

/// The bindings of one program, its own and those it shares.
pub(super) struct Bindings<'a> {
    manifest: &'a Manifest,
    description: &'a Description,
    /// Its own, and the shared ones that it has a variable for and does not bind itself.
    origins: BTreeMap<&'a str, Origin>,
}

/// The shared bindings of which no program has the variable.
pub(super) fn unknown_to_all<'a>(
    delivery: &'a Delivery,
    descriptions: impl Iterator<Item = &'a Description> + Clone,
) -> impl Iterator<Item = &'a (String, Origin)> {
    let is_known = move |name: &str| descriptions.clone().any(|it| variable(it, name).is_some());
    delivery.bindings.iter().filter(move |(name, _)| !is_known(name))
}

/// Notes each key that one program names and another one leaves to the name of the variable: in Kubernetes they would be two
/// keys, and everywhere else one file.
pub(super) fn check_forms(programs: &[Program], mistakes: &mut Mistakes) {
    let mut forms = BTreeMap::new();
    for program in programs {
        for binding in &program.environment {
            let (Origin::Config(it) | Origin::Secret(it)) = &binding.origin else { continue };
            let is_whole = *forms.entry(it.file_name()).or_insert(it.is_whole);
            if is_whole != it.is_whole {
                let problem =
                    format!("is bound with a key here and without one elsewhere: {}", it.file_name());
                mistakes.add(&format!("{}/Cargo.toml", program.folder), &key(&binding.variable), problem);
            }
        }
    }
}

impl<'a> Bindings<'a> {
    pub(super) fn of(manifest: &'a Manifest, delivery: &'a Delivery, description: &'a Description) -> Self {
        let shared = delivery.bindings.iter().filter(|_| manifest.is_sharing);
        let shared = shared.filter(|(name, _)| variable(description, name).is_some());
        let all = shared.chain(&manifest.bindings);
        let origins = all.map(|(name, origin)| (name.as_str(), origin.of(&manifest.name, name))).collect();
        Self { manifest, description, origins }
    }

    /// All bindings, in the order in which the program describes its variables.
    pub(super) fn join(self, mistakes: &mut Mistakes) -> Vec<Binding> {
        let mut bindings = Vec::new();
        for (name, origin) in &self.origins {
            match self.bind(name, origin) {
                Ok(binding) => bindings.push(binding),
                Err(problem) => mistakes.add(&self.manifest.file(), &key(name), problem),
            }
        }
        for name in self.missing() {
            mistakes.add(
                &self.manifest.file(),
                &key(name),
                "is missing: the program does not start without it",
            );
        }
        bindings.sort_by_key(|(place, _)| *place);
        bindings.into_iter().map(|(_, binding)| binding).collect()
    }

    /// The binding, and its place among all variables.
    fn bind(&self, name: &str, origin: &Origin) -> Result<(usize, Binding), String> {
        if PLACEMENT.contains(&name) {
            return Err("is not bound: it follows from where the program is put".to_owned());
        }
        let Some((place, variable)) = variable(self.description, name) else {
            return Err(
                match self.description.variables.iter().find(|it| it.also.iter().any(|it| it == name)) {
                    Some(newer) => format!("is an older name: bind {}", newer.name),
                    None => "is not a variable of the program; --help lists them".to_owned(),
                },
            );
        };
        let binding = Binding {
            variable: name.to_owned(),
            origin: origin.clone(),
            description: variable.description.clone(),
            is_optional: !variable.required || variable.default.is_some(),
            is_secret: variable.secret,
        };
        match origin {
            Origin::Secret(_) => Ok((place, binding)),
            _ if variable.secret => Err("is a secret: bind it to a key of a Secret".to_owned()),
            Origin::Literal(_) | Origin::Config(_) => Ok((place, binding)),
        }
    }

    /// Required variables without a binding.
    fn missing(&self) -> impl Iterator<Item = &str> {
        let needed = self.description.variables.iter().filter(|it| it.required && it.default.is_none());
        let needed = needed.filter(|it| !PLACEMENT.contains(&it.name.as_str()));
        needed.map(|it| it.name.as_str()).filter(|name| !self.origins.contains_key(name))
    }
}

/// The variable of that name, or the one whose pattern the name fits, and its place among all.
fn variable<'a>(description: &'a Description, name: &str) -> Option<(usize, &'a Variable)> {
    let mut variables = description.variables.iter().enumerate();
    variables.find(|(_, variable)| variable.name == name || fits(description, &variable.name, name))
}

/// Whether `name` is what `pattern` stands for, as `ALERT_TEMP_ABOVE` is for `ALERT_<FIELD>_ABOVE` where a record has
/// a field `temp`.
fn fits(description: &Description, pattern: &str, name: &str) -> bool {
    let Some((before, after)) = pattern.split_once("<FIELD>") else { return false };
    let Some(middle) = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) else {
        return false;
    };
    // With two limits each has its own end: ALERT_TEMP_ABOVE_CLEAR.
    let limits = ["", "_ABOVE", "_BELOW"].into_iter().filter(|limit| limit.is_empty() || after == "_CLEAR");
    let mut fields = limits.filter_map(|limit| middle.strip_suffix(limit));
    fields.any(|field| has_field(description, field))
}

fn has_field(description: &Description, name: &str) -> bool {
    let as_variable =
        |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    let columns = description.records.iter().flat_map(|record| record.columns.iter());
    let mut fields = columns.filter(|column| column.role == Role::Field);
    fields.any(|field| field.name.chars().map(as_variable).eq(name.chars()))
}

fn key(variable: &str) -> String {
    format!("{}.bindings.{variable}", manifest::TABLE)
}

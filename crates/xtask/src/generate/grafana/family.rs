//! Families: records that one program stores, or several of the same names, are shown together.

use std::borrow::Cow;

use record::Schema;

use super::super::model::Model;

/// The records of the platform itself, which have a dashboard of their own.
pub(super) const INGESTION: [&str; 2] = ["pipeline_runs", "pipeline_health"];

/// Records that are shown together.
#[derive(Debug, Clone)]
pub(super) struct Family {
    /// By the first program's first record, with hyphens.
    pub(super) name: String,
    /// The programs that store them.
    pub(super) programs: Vec<String>,
    pub(super) records: Vec<Schema>,
}

/// All families, by the order of their programs.
pub(super) fn families(model: &Model) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for program in &model.programs {
        let own = program.records.iter().filter(|record| !INGESTION.contains(&record.name.as_ref()));
        let own: Vec<_> = own.cloned().collect();
        let Some(first) = own.first() else { continue };
        let name = first.name.replace('_', "-");
        let known = families.iter().position(|family| own.iter().any(|record| family.has(&record.name)));
        let mut family = match known {
            Some(place) => families.remove(place),
            None => Family { name, programs: Vec::new(), records: Vec::new() },
        };
        family.programs.push(program.name.clone());
        for record in own {
            family.add(record);
        }
        families.push(family);
    }
    families
}

impl Family {
    fn has(&self, record: &str) -> bool {
        self.records.iter().any(|other| other.name == record)
    }

    /// Two sensors may store the same measurement with different fields: all are shown.
    fn add(&mut self, record: Schema) {
        let Some(known) = self.records.iter_mut().find(|other| other.name == record.name) else {
            self.records.push(record);
            return;
        };
        let mut columns = known.columns.to_vec();
        for column in record.columns.iter() {
            match columns.iter_mut().find(|other| other.name == column.name) {
                Some(other) => other.optional |= column.optional,
                None => columns.push(column.clone()),
            }
        }
        known.columns = Cow::Owned(columns);
    }
}

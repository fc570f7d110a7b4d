//! Mistakes in a record that are found before it compiles, each named with its field.

use std::collections::HashSet;

use syn::{Error, GenericArgument, Ident, PathArguments, Result, Type};

use crate::attributes::{ColumnAttributes, Part, RecordAttributes, Role, Write};

/// Types that are known not to be text, so that the error names the mistake.
const NOT_TEXT: [&str; 12] =
    ["f64", "f32", "i64", "i32", "i16", "i8", "u64", "u32", "u16", "u8", "bool", "Timestamp"];

/// The types of numbers that a sensor may show.
const NUMBERS: [&str; 8] = ["f64", "i64", "i32", "i16", "i8", "u32", "u16", "u8"];

/// Checks a struct whose fields records share. Each record checks whether they fit into it.
pub(crate) fn fields(parts: &[Part], at: &Ident) -> Result<()> {
    let columns: Vec<_> = parts.iter().filter_map(Part::column).collect();
    if parts.is_empty() {
        return Err(Error::new(at.span(), "there is nothing to share: a field is missing"));
    }
    unique_names(&columns)?;
    columns.iter().try_for_each(|column| has_attributes_that_fit(column))
}

/// Checks a record. With flattened structs, whose columns are not known here, `record::derived::check` does the rest.
pub(crate) fn record(record: &RecordAttributes, parts: &[Part], at: &Ident) -> Result<()> {
    let columns: Vec<_> = parts.iter().filter_map(Part::column).collect();
    unique_names(&columns)?;
    columns.iter().try_for_each(|column| fits(record, column))?;
    columns.iter().try_for_each(|column| has_attributes_that_fit(column))?;
    match (parts.len() > columns.len(), record.is_measurement) {
        (true, _) => Ok(()),
        (false, true) => measurement(&columns, at),
        (false, false) => table(record, &columns, at),
    }
}

fn unique_names(columns: &[&ColumnAttributes]) -> Result<()> {
    let mut seen = HashSet::new();
    for column in columns {
        if !seen.insert(column.name.value()) {
            let message = format!("`{}`: another field has the same name", column.field);
            return Err(Error::new(column.name.span(), message));
        }
    }
    Ok(())
}

fn fits(record: &RecordAttributes, column: &ColumnAttributes) -> Result<()> {
    let field = &column.field;
    let refuse = |message: String| Err(Error::new(field.span(), message));
    match (record.is_measurement, column.role) {
        (false, Role::Time | Role::Tag) => {
            refuse(format!("`{field}`: a table has keys and fields; times and tags belong to a measurement"))
        }
        (true, Role::Key | Role::Partition) => {
            refuse(format!("`{field}`: a measurement has tags and fields; keys belong to a table"))
        }
        (true, Role::Tag) if base_name(&column.rust_type).is_some_and(|name| NOT_TEXT.contains(&&*name)) => {
            refuse(format!("`{field}`: a tag is text; make it a field, or format it as text"))
        }
        (_, Role::Time | Role::Key | Role::Partition) if is_option(&column.rust_type) => {
            refuse(format!("`{field}`: it identifies the record, so it cannot be absent"))
        }
        (true, role) if role != Role::Time && column.name.value() == "time" => {
            refuse(format!("`{field}`: the name `time` belongs to the time of a measurement"))
        }
        _ => Ok(()),
    }
}

/// Only a plain field is a label, and only a number has a range of valid values.
fn has_attributes_that_fit(column: &ColumnAttributes) -> Result<()> {
    let field = &column.field;
    if column.label && column.role != Role::Field {
        let message = format!(
            "`{field}`: only a plain field is marked as a label; tags and keys are shown in alerts anyway"
        );
        return Err(Error::new(field.span(), message));
    }
    let Some(valid) = &column.valid else { return Ok(()) };
    let is_number = base_name(&column.rust_type).is_some_and(|name| NUMBERS.contains(&&*name));
    if is_number && column.role == Role::Field {
        return Ok(());
    }
    let message = format!("`{field}`: only a field that is a number has a range of valid values");
    Err(Error::new(valid.span, message))
}

fn measurement(columns: &[&ColumnAttributes], at: &Ident) -> Result<()> {
    let mut times = columns.iter().filter(|column| column.role == Role::Time);
    if times.next().is_none() {
        return Err(Error::new(at.span(), "no field has the time: mark one with #[record(time)]"));
    }
    if let Some(second) = times.next() {
        let message = format!("`{}`: a measurement has one time, and another field has it", second.field);
        return Err(Error::new(second.field.span(), message));
    }
    if columns.iter().all(|column| column.role != Role::Field) {
        return Err(Error::new(
            at.span(),
            "a measurement needs a field: time and tags alone measure nothing",
        ));
    }
    Ok(())
}

fn table(record: &RecordAttributes, columns: &[&ColumnAttributes], at: &Ident) -> Result<()> {
    let has = |role| columns.iter().any(|column| column.role == role);
    if columns.is_empty() {
        return Err(Error::new(at.span(), "a table needs a column"));
    }
    if record.event && !has(Role::Key) {
        return Err(Error::new(
            at.span(),
            "a table of events needs a key, which tells one event from another: mark a field with #[record(key)]",
        ));
    }
    if record.write == Write::Upsert && !has(Role::Key) && !has(Role::Partition) {
        return Err(Error::new(at.span(), "an upsert needs a key: mark a field with #[record(key)]"));
    }
    if record.write != Write::Replace && has(Role::Partition) {
        return Err(Error::new(
            at.span(),
            "only `write = \"replace\"` has partitions; elsewhere they are keys",
        ));
    }
    Ok(())
}

fn is_option(rust_type: &Type) -> bool {
    last_segment(rust_type).is_some_and(|segment| segment.ident == "Option")
}

/// The name of the type; for an option, that of the type in it.
fn base_name(rust_type: &Type) -> Option<String> {
    let segment = last_segment(rust_type)?;
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) if segment.ident == "Option" => match arguments.args.first()
        {
            Some(GenericArgument::Type(inner)) => base_name(inner),
            _ => None,
        },
        _ => Some(segment.ident.to_string()),
    }
}

fn last_segment(rust_type: &Type) -> Option<&syn::PathSegment> {
    match rust_type {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

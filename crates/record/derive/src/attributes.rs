//! The attributes of a struct and its fields, read into plain values.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprLit, Field, Ident, Lit, LitStr, Meta, Result, Type};

use crate::range::{self, Valid};

/// `#[record(measurement = "…")]` or `#[record(table = "…", write = "…")]`.
pub(crate) struct RecordAttributes {
    pub(crate) name: LitStr,
    pub(crate) is_measurement: bool,
    pub(crate) write: Write,
    pub(crate) event: bool,
    pub(crate) description: String,
}

/// Treatment of existing rows by a write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    Append,
    Upsert,
    Replace,
}

/// One field of the struct.
pub(crate) enum Part {
    /// A column.
    Column(Box<ColumnAttributes>),
    /// The columns of another struct: `#[record(flatten)]`.
    Flattened(Box<Flattened>),
}

/// A field whose columns are those of its struct.
pub(crate) struct Flattened {
    pub(crate) field: Ident,
    pub(crate) rust_type: Type,
}

/// A field that is a column.
pub(crate) struct ColumnAttributes {
    pub(crate) field: Ident,
    pub(crate) name: LitStr,
    pub(crate) role: Role,
    pub(crate) unit: Option<LitStr>,
    pub(crate) valid: Option<Valid>,
    pub(crate) label: bool,
    pub(crate) description: String,
    pub(crate) rust_type: Type,
}

/// The part a field plays.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Time,
    Tag,
    Partition,
    Key,
    Field,
}

impl RecordAttributes {
    pub(crate) fn read(attributes: &[Attribute], at: &Ident) -> Result<Self> {
        let (mut measurement, mut table, mut write, mut event) = (None, None, None, false);
        for_each_meta(attributes, |meta| {
            let slot = match meta.path.get_ident().map(ToString::to_string).as_deref() {
                Some("measurement") => &mut measurement,
                Some("table") => &mut table,
                Some("write") => &mut write,
                Some("event") => {
                    event = true;
                    return Ok(());
                }
                _ => return Err(meta.error("expected `measurement`, `table`, `write` or `event`")),
            };
            set(slot, &meta)
        })?;
        let (name, is_measurement) = match (measurement, table) {
            (Some(name), None) => (name, true),
            (None, Some(name)) => (name, false),
            (Some(_), Some(table)) => {
                return Err(syn::Error::new(table.span(), "a record is a measurement or a table, not both"));
            }
            (None, None) => {
                let advice =
                    "say what this record is: #[record(measurement = \"…\")] or #[record(table = \"…\")]";
                return Err(syn::Error::new(at.span(), advice));
            }
        };
        let write = match (&write, is_measurement) {
            (Some(write), true) => {
                return Err(syn::Error::new(
                    write.span(),
                    "only a table has a write mode; a point overwrites itself",
                ));
            }
            (write, _) => write_mode(write.as_ref())?,
        };
        Ok(Self { name, is_measurement, write, event, description: description(attributes) })
    }
}

impl Part {
    pub(crate) fn read(field: &Field) -> Result<Self> {
        let is_flattened = |attribute: &Attribute| {
            let word = attribute.parse_args::<Ident>();
            attribute.path().is_ident("record") && word.is_ok_and(|word| word == "flatten")
        };
        match &field.ident {
            Some(ident) if field.attrs.iter().any(is_flattened) => {
                let flattened = Flattened { field: ident.clone(), rust_type: field.ty.clone() };
                Ok(Self::Flattened(Box::new(flattened)))
            }
            _ => ColumnAttributes::read(field).map(|column| Self::Column(Box::new(column))),
        }
    }

    pub(crate) fn column(&self) -> Option<&ColumnAttributes> {
        match self {
            Self::Column(column) => Some(column),
            Self::Flattened(_) => None,
        }
    }

    pub(crate) fn flattened(&self) -> Option<&Flattened> {
        match self {
            Self::Column(_) => None,
            Self::Flattened(flattened) => Some(flattened),
        }
    }
}

impl ColumnAttributes {
    fn read(field: &Field) -> Result<Self> {
        let Some(ident) = field.ident.clone() else {
            return Err(syn::Error::new_spanned(field, "a record has named fields"));
        };
        let (mut role, mut unit, mut valid, mut name, mut label) = (None, None, None, None, false);
        for_each_meta(&field.attrs, |meta| {
            let found = match meta.path.get_ident().map(ToString::to_string).as_deref() {
                Some("time") => Role::Time,
                Some("tag") => Role::Tag,
                Some("partition") => Role::Partition,
                Some("key") => Role::Key,
                Some("unit") => return set(&mut unit, &meta),
                Some("valid") => return range::read(&mut valid, &ident, &meta),
                Some("name") => return set(&mut name, &meta),
                Some("label") => {
                    label = true;
                    return Ok(());
                }
                Some("flatten") => {
                    return Err(meta.error("`flatten` stands alone: the columns are those of the struct"));
                }
                _ => {
                    return Err(meta.error(
                        "expected `time`, `tag`, `key`, `partition`, `unit`, `valid`, `label`, `name` or `flatten`",
                    ));
                }
            };
            if role.replace(found).is_some() {
                return Err(meta.error(format!("`{ident}` plays one part only")));
            }
            Ok(())
        })?;
        let own = ident.to_string();
        let own = LitStr::new(own.trim_start_matches("r#"), ident.span());
        Ok(Self {
            name: name.unwrap_or(own),
            role: role.unwrap_or(Role::Field),
            unit,
            valid,
            label,
            description: description(&field.attrs),
            rust_type: field.ty.clone(),
            field: ident,
        })
    }
}

fn for_each_meta(
    attributes: &[Attribute],
    mut read: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("record"))
        .try_for_each(|attribute| attribute.parse_nested_meta(&mut read))
}

fn set(slot: &mut Option<LitStr>, meta: &ParseNestedMeta<'_>) -> Result<()> {
    let value: LitStr = meta.value()?.parse()?;
    if value.value().trim().is_empty() {
        return Err(syn::Error::new(value.span(), "this is empty"));
    }
    if slot.replace(value).is_some() {
        return Err(meta.error("this is given twice"));
    }
    Ok(())
}

fn write_mode(write: Option<&LitStr>) -> Result<Write> {
    let Some(write) = write else { return Ok(Write::Upsert) };
    match write.value().as_str() {
        "append" => Ok(Write::Append),
        "upsert" => Ok(Write::Upsert),
        "replace" => Ok(Write::Replace),
        _ => Err(syn::Error::new(write.span(), "the write modes are `append`, `upsert` and `replace`")),
    }
}

/// The first paragraph of the doc comment, on one line.
fn description(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

//! Reading of the fields of a rule.

use std::rc::Rc;

use crate::transform::node::Step;
use crate::transform::value::{BooleanWords, Conversion, ValueKind};

use super::document::{Located, TomlValue};
use super::section::Section;
use super::{FieldRule, Template};

#[derive(Clone, Copy, PartialEq)]
enum Type {
    Float,
    Integer,
    Boolean,
    Text,
}

const TYPES: [(&str, Type); 4] =
    [("float", Type::Float), ("integer", Type::Integer), ("boolean", Type::Boolean), ("text", Type::Text)];

/// Reads the fields of a rule from `fields.NAME`, a table or a type.
pub(super) fn all(mut section: Section<'_>) -> Vec<FieldRule> {
    let mut fields = Vec::new();
    for (name, line, located) in section.rest() {
        if let Err(problem) = is_name(&name) {
            section.mistake_in(&name, line, problem);
        }
        let short = match &located.value {
            TomlValue::Text(word) => Some(word.clone()),
            _ => None,
        };
        let located = match short {
            Some(word) => {
                let located = Located { value: TomlValue::Text(word), ..located };
                Located { line, value: TomlValue::Table(vec![("type".to_owned(), line, located)]) }
            }
            None => located,
        };
        fields.push(one(&name, line, section.part(&name, located)));
    }
    fields
}

fn one(name: &str, line: usize, mut section: Section<'_>) -> FieldRule {
    let path = match section.text("key") {
        Some((text, line)) => path(&text).unwrap_or_else(|problem| {
            section.mistake_in("key", line, problem);
            Vec::new()
        }),
        None => vec![Step::Key(name.into())],
    };
    let kind = section.choice("type", &TYPES).unwrap_or(Type::Float);
    let field = described(&mut section, line, Template::of(name), path, kind);
    section.finish();
    field
}

/// Reads the field of a bare payload. `kind` is the value of the key `payload`.
pub(super) fn bare(section: &mut Section<'_>, kind: &str) -> FieldRule {
    let line = section.line;
    let name = match section.text("field") {
        Some((text, line)) => Template::parse(&text).unwrap_or_else(|problem| {
            section.mistake_in("field", line, problem);
            Template::of("value")
        }),
        None => Template::of("value"),
    };
    if let Some(Err(problem)) = name.fixed().map(is_name) {
        section.mistake_in("field", line, problem);
    }
    let kind = match kind {
        "text" => Type::Text,
        "boolean" => Type::Boolean,
        "integer" => Type::Integer,
        _ => Type::Float,
    };
    described(section, line, name, Vec::new(), kind)
}

fn described(
    section: &mut Section<'_>,
    line: usize,
    name: Template,
    path: Vec<Step>,
    kind: Type,
) -> FieldRule {
    let words = words(section);
    if words.is_some() && kind != Type::Boolean {
        section.mistake(line, "has words for true or false, but is not boolean");
    }
    let valid = section.range("valid");
    if valid.is_some() && !matches!(kind, Type::Float | Type::Integer) {
        section.mistake(line, "has a range of valid numbers, but is not numeric");
    }
    let kind = match kind {
        Type::Float => ValueKind::Float,
        Type::Integer => ValueKind::Integer,
        Type::Boolean => ValueKind::Boolean(words),
        Type::Text => ValueKind::Text,
    };
    let unit = section.text("unit").map(|(unit, _)| unit.into_boxed_str());
    let description = section.text("description").map(|(text, _)| text.into_boxed_str()).unwrap_or_default();
    FieldRule { line, name, path, conversion: Conversion { kind, valid }, unit, description }
}

fn words(section: &mut Section<'_>) -> Option<Rc<BooleanWords>> {
    let (yes, no) = (section.texts("true"), section.texts("false"));
    match (yes, no) {
        (None, None) => None,
        (Some(yes), Some(no)) => Some(Rc::new(BooleanWords { yes, no })),
        _ => {
            let line = section.line;
            section.mistake(line, "needs words for both `true` and `false`");
            None
        }
    }
}

/// Parses a path to a value: keys separated by dots, list items as `[0]`, keys with dots in quotes.
pub(super) fn path(text: &str) -> Result<Vec<Step>, &'static str> {
    const WRONG: &str = "must be a path to a value, as in `air.sensors[0].co2` or `\"a.b\".c`";
    let mut steps = Vec::new();
    let mut rest = text;
    loop {
        let after = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (key, after) = quoted.split_once('"').ok_or(WRONG)?;
                steps.push(Step::Key(key.into()));
                after
            }
            None => {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (key, after) = rest.split_at_checked(end).ok_or(WRONG)?;
                let begins_with_item = steps.is_empty() && after.starts_with('[');
                if key.is_empty() && !begins_with_item {
                    return Err(WRONG);
                }
                steps.extend((!key.is_empty()).then(|| Step::Key(key.into())));
                after
            }
        };
        rest = items(after, &mut steps).ok_or(WRONG)?;
        match rest.strip_prefix('.') {
            Some(more) => rest = more,
            None if rest.is_empty() => {
                return if steps.len() <= 16 { Ok(steps) } else { Err("is nested too deeply") };
            }
            None => return Err(WRONG),
        }
    }
}

fn items<'a>(text: &'a str, steps: &mut Vec<Step>) -> Option<&'a str> {
    let mut rest = text;
    while let Some(item) = rest.strip_prefix('[') {
        let (index, after) = item.split_once(']')?;
        steps.push(Step::Item(index.parse().ok().filter(|index| *index < 1_000_000)?));
        rest = after;
    }
    Some(rest)
}

/// Validates the name of a measurement, tag or field.
pub(super) fn is_name(name: &str) -> Result<(), &'static str> {
    match name {
        "" => Err("must not be empty"),
        "time" => Err("is reserved for the time; choose another name"),
        _ if name.chars().any(char::is_control) || name.ends_with('\\') || name.starts_with('#') => {
            Err("is not a valid name for a store")
        }
        _ if name.len() > 200 => Err("is longer than 200 bytes"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_through_objects_and_lists() {
        let key = |text: &str| Step::Key(text.into());
        assert_eq!(path("a.b[0].c"), Ok(vec![key("a"), key("b"), Step::Item(0), key("c")]));
        assert_eq!(path("[2][1]"), Ok(vec![Step::Item(2), Step::Item(1)]));
        assert_eq!(path("\"a.b\".c"), Ok(vec![key("a.b"), key("c")]));
        for text in ["", ".", "a.", "a..b", "a[", "a[x]", "a[0]b", "\"a"] {
            assert!(path(text).is_err(), "{text}");
        }
    }
}

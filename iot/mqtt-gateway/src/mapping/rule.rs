//! Reading of `[[rule]]`.

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::tz::Offset;

use crate::transform::destinations::Selection;
use crate::transform::node::Step;
use crate::transform::plan::Retained;
use crate::transform::timestamp::{TimeFormat, Unit};

use super::document::{Located, TomlValue};
use super::section::Section;
use super::topic::Pattern;
use super::{Payload, Rule, Tag, TagSource, Target, Template, field};

const PAYLOADS: [(&str, &str); 5] = [
    ("json", "json"),
    ("number", "number"),
    ("integer", "integer"),
    ("boolean", "boolean"),
    ("text", "text"),
];
const RETAINED: [(&str, Retained); 2] = [("skip", Retained::Skip), ("store", Retained::Store)];
const OTHERS: [(&str, bool); 2] = [("float", true), ("skip", false)];

/// Reads a rule; `None` if it has no topic.
pub(super) fn read(mut section: Section<'_>) -> Option<Rule> {
    let line = section.line;
    let topic = pattern(&mut section);
    if section.boolean("ignore") == Some(true) {
        section.finish();
        return topic.map(|topic| Rule { line, topic, target: None });
    }
    let target = target(&mut section, topic.as_ref());
    section.finish();
    Some(Rule { line, topic: topic?, target: Some(target) })
}

fn pattern(section: &mut Section<'_>) -> Option<Pattern> {
    let (text, line) = section.required_text("topic", "a `topic`")?;
    Pattern::parse(&text).map_err(|problem| section.mistake_in("topic", line, problem)).ok()
}

fn target(section: &mut Section<'_>, topic: Option<&Pattern>) -> Target {
    let line = section.line;
    let measurement = match section.required_text("measurement", "a `measurement`") {
        Some((name, line)) => {
            if let Err(problem) = field::is_name(&name) {
                section.mistake_in("measurement", line, problem);
            }
            name
        }
        None => String::new(),
    };
    let kind = section.choice("payload", &PAYLOADS).unwrap_or("json");
    let retained = section.choice("retained", &RETAINED).unwrap_or(Retained::Skip);
    let mut tags = section.section("tags").map(tags).unwrap_or_default();
    let (payload, time) = if kind == "json" {
        let fields = section.section("fields").map(field::all).unwrap_or_default();
        (Payload::Json { fields, others: others(section) }, section.section("time").and_then(time))
    } else {
        (Payload::Bare(field::bare(section, kind)), None)
    };
    if let Some(topic) = topic {
        check_levels(section, topic, &tags, &payload);
        let implied: Vec<_> = topic.names().filter(|name| !is_used(name, &tags, &payload)).collect();
        tags.extend(
            implied
                .into_iter()
                .map(|name| Tag { name: name.into(), source: TagSource::Text(Template::level(name)) }),
        );
    }
    if kind != "json" && tags.iter().any(|tag| matches!(tag.source, TagSource::Payload(_))) {
        section.mistake(line, "takes a tag from a payload without keys");
    }
    Target { measurement, tags, payload, time, retained }
}

fn tags(mut section: Section<'_>) -> Vec<Tag> {
    let mut tags = Vec::new();
    for (name, line, located) in section.rest() {
        if let Err(problem) = field::is_name(&name) {
            section.mistake_in(&name, line, problem);
        }
        let source = match located {
            Located { value: TomlValue::Text(text), line } => {
                let template = Template::parse(&text);
                template.map(TagSource::Text).map_err(|problem| section.mistake_in(&name, line, problem)).ok()
            }
            located => {
                let mut part = section.part(&name, located);
                let path = key(&mut part);
                part.finish();
                path.map(TagSource::Payload)
            }
        };
        tags.extend(source.map(|source| Tag { name: name.into(), source }));
    }
    tags
}

fn key(section: &mut Section<'_>) -> Option<Vec<Step>> {
    let (text, line) = section.required_text("key", "a `key` of the payload")?;
    field::path(&text).map_err(|problem| section.mistake_in("key", line, problem)).ok()
}

fn others(section: &mut Section<'_>) -> Option<Rc<Selection>> {
    let wanted = section.choice("others", &OTHERS).unwrap_or(true);
    let selection = selection(section);
    wanted.then(|| Rc::new(selection))
}

/// Reads `only`, `except` and `rename`.
pub(super) fn selection(section: &mut Section<'_>) -> Selection {
    let only = section.texts("only").unwrap_or_default().into_iter().collect();
    let except = section.texts("except").unwrap_or_default().into_iter().collect();
    let mut rename = BTreeMap::new();
    if let Some(mut names) = section.section("rename") {
        for (from, line, located) in names.rest() {
            match located.value {
                TomlValue::Text(to) => {
                    if let Err(problem) = field::is_name(&to) {
                        names.mistake_in(&from, line, problem);
                    }
                    rename.insert(from.into_boxed_str(), to.into_boxed_str());
                }
                _ => names.mistake_in(&from, line, "must be text"),
            }
        }
    }
    Selection { only, except, rename }
}

fn time(mut section: Section<'_>) -> Option<(Vec<Step>, TimeFormat)> {
    const FORMS: [(&str, Option<Unit>); 5] = [
        ("rfc3339", None),
        ("seconds", Some(Unit::Seconds)),
        ("milliseconds", Some(Unit::Milliseconds)),
        ("microseconds", Some(Unit::Microseconds)),
        ("nanoseconds", Some(Unit::Nanoseconds)),
    ];
    let path = key(&mut section);
    let unit = section.choice("format", &FORMS).flatten();
    let offset = section.text("offset").map(|(text, line)| match offset(&text) {
        Some(offset) => offset,
        None => {
            section.mistake_in("offset", line, "must be an offset from UTC, as in +01:00");
            Offset::UTC
        }
    });
    if let (Some(_), Some(_)) = (offset, unit) {
        let line = section.line;
        section.mistake(line, "has an offset, but its format counts from 1970 UTC");
    }
    section.finish();
    let form = unit.map_or(TimeFormat::Rfc3339(offset.unwrap_or(Offset::UTC)), TimeFormat::Epoch);
    path.map(|path| (path, form))
}

fn offset(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let part = |text: &str, most: i32| text.parse::<i32>().ok().filter(|part| (0..=most).contains(part));
    let seconds = part(hours, 14)? * 3600 + part(minutes, 59)? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

fn check_levels(section: &mut Section<'_>, topic: &Pattern, tags: &[Tag], payload: &Payload) {
    let mut unknown: Vec<_> = templates(tags, payload)
        .flat_map(Template::levels)
        .filter(|level| !topic.names().any(|name| name == *level))
        .map(str::to_owned)
        .collect();
    unknown.dedup();
    let line = section.line;
    for level in unknown {
        section.mistake(line, &format!("names the level {{{level}}}, which is not in its topic"));
    }
}

fn is_used(level: &str, tags: &[Tag], payload: &Payload) -> bool {
    let is_tag = tags.iter().any(|tag| *tag.name == *level);
    is_tag || templates(tags, payload).flat_map(Template::levels).any(|used| used == level)
}

fn templates<'a>(tags: &'a [Tag], payload: &'a Payload) -> impl Iterator<Item = &'a Template> {
    let of_tags = tags.iter().filter_map(|tag| match &tag.source {
        TagSource::Text(template) => Some(template),
        TagSource::Payload(_) => None,
    });
    let of_field = match payload {
        Payload::Bare(field) => Some(&field.name),
        Payload::Json { .. } => None,
    };
    of_tags.chain(of_field)
}

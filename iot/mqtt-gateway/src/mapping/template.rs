//! Templates: text with named levels of a topic, as in `{room}`.

/// Templates: text with named levels of a topic, as in `{room}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    Level(Box<str>),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// The mistake.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("has `{` without `}`")?;
            if name.is_empty() || name.contains('{') {
                return Err("must name a level of the topic between `{` and `}`");
            }
            parts.extend((!before.is_empty()).then(|| Part::Text(before.into())));
            parts.push(Part::Level(name.into()));
            rest = after;
        }
        parts.extend((!rest.is_empty()).then(|| Part::Text(rest.into())));
        Ok(Self(parts))
    }

    /// Creates a template of plain text.
    pub fn of(text: &str) -> Self {
        Self(vec![Part::Text(text.into())])
    }

    /// Creates a template of a single level.
    pub fn level(name: &str) -> Self {
        Self(vec![Part::Level(name.into())])
    }

    /// Plain text of a template without levels.
    pub fn fixed(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Names of its levels.
    pub fn levels(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Level(name) => Some(name.as_ref()),
            Part::Text(_) => None,
        })
    }

    /// Text with the values of the levels.
    pub fn fill(&self, captured: &[(&str, &str)]) -> String {
        let value =
            |name: &str| captured.iter().find(|(level, _)| *level == name).map_or("", |(_, value)| value);
        self.0.iter().fold(String::new(), |filled, part| match part {
            Part::Text(text) => filled + text,
            Part::Level(name) => filled + value(name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_with_the_captured_level() {
        let template = Template::parse("{node}-{sensor} raw").unwrap();
        assert_eq!(template.fill(&[("node", "garage"), ("sensor", "co2")]), "garage-co2 raw");
        assert_eq!(template.levels().collect::<Vec<_>>(), ["node", "sensor"]);
        assert_eq!(Template::parse("plain").unwrap().fixed(), Some("plain"));
        assert!(Template::parse("{node").is_err() && Template::parse("a{}").is_err());
    }
}

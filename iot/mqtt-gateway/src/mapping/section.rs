//! Reading of a table of the mapping file, key by key, with collection of mistakes.

use super::document::{Located, Mistake, TomlValue};

/// A table of the file. Each key is taken once; remaining keys are unknown.
#[derive(Debug)]
pub struct Section<'m> {
    /// Name in messages, such as `rule.fields.temperature`.
    pub name: String,
    /// First line.
    pub line: usize,
    entries: Vec<(String, usize, Located)>,
    mistakes: &'m mut Vec<Mistake>,
}

impl<'m> Section<'m> {
    /// Creates a section; a value that is not a table is a mistake, and counts as an empty one.
    pub fn new(name: &str, located: Located, mistakes: &'m mut Vec<Mistake>) -> Self {
        let mut section = Self { name: name.to_owned(), line: located.line, entries: Vec::new(), mistakes };
        match located.value {
            TomlValue::Table(entries) => section.entries = entries,
            _ => section.mistake(located.line, "must be a table"),
        }
        section
    }

    /// Records a mistake of the whole section.
    pub fn mistake(&mut self, line: usize, message: &str) {
        let message =
            if self.name.is_empty() { message.to_owned() } else { format!("{} {message}", self.name) };
        self.mistakes.push(Mistake { line, message });
    }

    /// Records a mistake of one key.
    pub fn mistake_in(&mut self, key: &str, line: usize, message: &str) {
        let name = self.of(key);
        self.mistakes.push(Mistake { line, message: format!("{name} {message}") });
    }

    /// Takes a subtable.
    pub fn section(&mut self, key: &str) -> Option<Section<'_>> {
        let located = self.take(key)?;
        let name = self.of(key);
        Some(Section::new(&name, located, self.mistakes))
    }

    /// Takes all remaining keys, whose names are free.
    pub fn rest(&mut self) -> Vec<(String, usize, Located)> {
        std::mem::take(&mut self.entries)
    }

    /// Creates a section for the value of a free key.
    pub fn part(&mut self, key: &str, located: Located) -> Section<'_> {
        let name = self.of(key);
        Section::new(&name, located, self.mistakes)
    }

    /// Takes any value.
    pub fn take(&mut self, key: &str) -> Option<Located> {
        let at = self.entries.iter().position(|(name, ..)| name == key)?;
        Some(self.entries.remove(at).2)
    }

    /// Takes non-empty text, with its line.
    pub fn text(&mut self, key: &str) -> Option<(String, usize)> {
        let located = self.take(key)?;
        match located.value {
            TomlValue::Text(text) if !text.is_empty() => Some((text, located.line)),
            TomlValue::Text(_) => self.refuse(key, located.line, "must not be empty"),
            _ => self.refuse(key, located.line, "must be text"),
        }
    }

    /// Takes required text. `what` describes it.
    pub fn required_text(&mut self, key: &str, what: &str) -> Option<(String, usize)> {
        if !self.entries.iter().any(|(name, ..)| name == key) {
            self.mistake(self.line, &format!("needs {what}"));
        }
        self.text(key)
    }

    /// Takes `true` or `false`.
    pub fn boolean(&mut self, key: &str) -> Option<bool> {
        let located = self.take(key)?;
        match located.value {
            TomlValue::Boolean(yes) => Some(yes),
            _ => self.refuse(key, located.line, "must be true or false"),
        }
    }

    /// Takes a list of text.
    pub fn texts(&mut self, key: &str) -> Option<Vec<Box<str>>> {
        let located = self.take(key)?;
        let TomlValue::List(items) = located.value else {
            return self.refuse(key, located.line, "must be a list of text");
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.value {
                TomlValue::Text(text) if !text.is_empty() => texts.push(text.into_boxed_str()),
                _ => self.refuse(key, item.line, "must be a list of text").unwrap_or_default(),
            }
        }
        Some(texts)
    }

    /// Takes a range, as in `[-40, 80]`.
    pub fn range(&mut self, key: &str) -> Option<(f64, f64)> {
        let located = self.take(key)?;
        let range = match located.value {
            TomlValue::List(items) => match items.as_slice() {
                [
                    Located { value: TomlValue::Number(low), .. },
                    Located { value: TomlValue::Number(high), .. },
                ] => (low <= high).then_some((*low, *high)),
                _ => None,
            },
            _ => None,
        };
        range.or_else(|| self.refuse(key, located.line, "must be a range, as in [-40, 80]"))
    }

    /// Takes one of several words, and returns its value.
    pub fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let (text, line) = self.text(key)?;
        if let Some((_, choice)) = choices.iter().find(|(word, _)| *word == text) {
            return Some(*choice);
        }
        let words: Vec<_> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
        self.refuse(key, line, &format!("must be {}", words.join(" or ")))
    }

    /// Reports the remaining keys as unknown.
    pub fn finish(mut self) {
        for (key, line, _) in std::mem::take(&mut self.entries) {
            self.mistake_in(&key, line, "is unknown");
        }
    }

    fn refuse<T>(&mut self, key: &str, line: usize, message: &str) -> Option<T> {
        self.mistake_in(key, line, message);
        None
    }

    fn of(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

//! A setting that may differ by tag: `5; city=Seattle:2; city=Boston,sensor=roof:-10`.

use std::collections::BTreeMap;

/// A value for all, and others for the things whose tags are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PerTag<T> {
    entries: Vec<(Selector, T)>,
}

/// Tags that a thing has to have, by name. Empty fits everything.
pub(crate) type Selector = BTreeMap<String, String>;

impl<T> PerTag<T> {
    /// Parses entries separated by semicolons. The part before a colon selects tags, if it has an equals sign.
    ///
    /// # Errors
    ///
    /// The mistake, to follow the variable's name. It does not quote the text.
    pub(crate) fn parse(text: &str, parse: impl Fn(&str) -> Option<T>, takes: &str) -> Result<Self, String> {
        let mut entries: Vec<(Selector, T)> = Vec::new();
        for entry in text.split(';').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (selector, value) = match entry.rsplit_once(':') {
                Some((tags, value)) if tags.contains('=') => (selector(tags)?, value),
                _ => (Selector::new(), entry),
            };
            let value = parse(value.trim())
                .ok_or_else(|| format!("must be {takes}, or several as in `5; city=Seattle:2`"))?;
            if entries.iter().any(|(other, _)| *other == selector) {
                return Err("says two things for the same tags".to_owned());
            }
            entries.push((selector, value));
        }
        Ok(Self { entries })
    }

    /// The value for a thing with these tags: of the entries that fit, the one that names the most.
    pub(crate) fn get(&self, tags: &BTreeMap<String, String>) -> Option<&T> {
        let fits = |selector: &Selector| selector.iter().all(|(name, value)| tags.get(name) == Some(value));
        let fitting = self.entries.iter().filter(|(selector, _)| fits(selector));
        // Of two that name as many, the first: `max_by_key` alone would take the last.
        fitting.rev().max_by_key(|(selector, _)| selector.len()).map(|(_, value)| value)
    }

    /// Every tag that is named.
    pub(crate) fn tags(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().flat_map(|(selector, _)| selector.keys().map(String::as_str))
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&Selector, &T)> {
        self.entries.iter().map(|(selector, value)| (selector, value))
    }
}

fn selector(text: &str) -> Result<Selector, String> {
    let mut selector = Selector::new();
    for pair in text.split(',') {
        let (name, value) = pair
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()))
            .filter(|(name, value)| !name.is_empty() && !value.is_empty())
            .ok_or("names tags as in `city=Seattle:2`, several with commas")?;
        if selector.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err("names a tag twice".to_owned());
        }
    }
    Ok(selector)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PerTag<i32>, String> {
        PerTag::parse(text, |text| text.parse().ok(), "a whole number")
    }

    fn get(limits: &PerTag<i32>, tags: &[(&str, &str)]) -> Option<i32> {
        let tags = tags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        limits.get(&tags).copied()
    }

    #[test]
    fn the_entry_that_names_most_of_a_thing_counts() {
        let limits = parse("5; city=Seattle:2; city=Boston, sensor=roof : -10;").unwrap();
        assert_eq!(get(&limits, &[("city", "London")]), Some(5));
        assert_eq!(get(&limits, &[("city", "Seattle"), ("sensor", "roof")]), Some(2));
        assert_eq!(get(&limits, &[("city", "Boston"), ("sensor", "roof")]), Some(-10));
        assert_eq!(get(&limits, &[("city", "Boston")]), Some(5));
    }

    #[test]
    fn without_an_entry_for_all_the_others_have_none() {
        let limits = parse("city=Seattle:2").unwrap();
        assert_eq!(get(&limits, &[("city", "Boston")]), None);
    }

    #[test]
    fn a_tag_may_hold_a_colon() {
        let limits = parse("mac=aa:bb:cc:7").unwrap();
        assert_eq!(get(&limits, &[("mac", "aa:bb:cc")]), Some(7));
    }

    #[test]
    fn mistakes_are_reported_without_the_text() {
        let mistake_in = |text: &str| parse(text).unwrap_err();
        assert_eq!(mistake_in("much"), "must be a whole number, or several as in `5; city=Seattle:2`");
        assert_eq!(mistake_in("city=Seattle:much"), mistake_in("much"));
        assert_eq!(mistake_in("5; 6"), "says two things for the same tags");
        assert_eq!(mistake_in("a=b,c:2"), "names tags as in `city=Seattle:2`, several with commas");
        assert_eq!(mistake_in("a=b,a=c:2"), "names a tag twice");
    }
}

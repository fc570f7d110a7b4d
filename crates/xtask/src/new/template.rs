//! Templates: text with names and parts to be filled in.

use std::collections::BTreeMap;

/// What fills a template.
#[derive(Debug, Default)]
pub(super) struct Filling {
    pub(super) names: BTreeMap<&'static str, String>,
    /// The parts that are kept.
    pub(super) parts: Vec<&'static str>,
}

impl Filling {
    /// The template with each `{{name}}` replaced, and without the lines between `{{if part}}` and `{{end}}` of parts
    /// that are not kept. A name that is not known stays as it is.
    pub(super) fn fill(&self, template: &str) -> String {
        let (mut text, mut is_kept) = (String::new(), true);
        for line in template.lines() {
            match line.strip_prefix("{{if ").and_then(|rest| rest.strip_suffix("}}")) {
                Some(part) => is_kept = self.parts.contains(&part),
                None if line == "{{end}}" => is_kept = true,
                None if is_kept => text.extend([line, "\n"]),
                None => {}
            }
        }
        self.names.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_parts_left_out() {
        let names = [("name", "tides".to_owned())].into();
        let filling = Filling { names, parts: vec!["sea"] };
        let template = "{{name}} {{unknown}}\n{{if sea}}\nsalt\n{{end}}\n{{if land}}\nsand\n{{end}}\nwind\n";
        assert_eq!(filling.fill(template), "tides {{unknown}}\nsalt\nwind\n");
    }
}

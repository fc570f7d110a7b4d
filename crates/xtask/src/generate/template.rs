//! Templates, which lie beside their generators and read like what they make.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;

/// Fills a template in. A name that `context` does not have is an error, with its line.
///
/// The filter `quote` makes any text a string of YAML, JSON and TOML. A line with nothing but a statement leaves no line.
pub(crate) fn render(name: &str, template: &str, context: impl Serialize) -> Result<String, String> {
    let mut environment = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().map_err(|error| error.to_string())?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_filter("quote", |text: Value| quote(&text.to_string()));
    let text = environment.render_named_str(name, template, Serde(context));
    text.map_err(|error| format!("{name}, line {}: {error}", error.line().unwrap_or_default()))
}

/// A string in double quotes. YAML and TOML read the escapes of JSON in the same way. Source:
/// <https://yaml.org/spec/1.2.2/#chapter-1-introduction-to-yaml>, on JSON as a part of YAML.
pub(super) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_that_nobody_gives_is_an_error_with_its_line() {
        let error = render("job.yaml", "kind: Job\nname: {{ nmae }}\n", json!({ "name": "a" })).unwrap_err();
        assert!(error.starts_with("job.yaml, line 2: "), "{error}");
    }

    #[test]
    fn lines_of_the_template_alone_leave_no_trace() {
        let template = "a:\n  {% for it in list %}\n  - {{ it | quote }}\n  {% endfor %}\nb: 1\n";
        let text = render("list.yaml", template, json!({ "list": ["no", "say \"hi\"\\"] })).unwrap();
        assert_eq!(text, "a:\n  - \"no\"\n  - \"say \\\"hi\\\"\\\\\"\nb: 1\n");
    }
}

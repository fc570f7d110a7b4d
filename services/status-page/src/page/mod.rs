//! Pages as HTML. The template escapes all text; no code here writes markup by itself.

mod alerts;
mod catalogue;
mod field;
mod layout;
mod overview;
mod parts;
mod pipeline;
mod records;

pub use alerts::alerts;
pub use catalogue::{catalogue, measurement};
pub use field::field;
pub use layout::not_found;
pub use overview::overview;
pub use pipeline::pipeline;

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::sample;

    /// Compares a page with `testcases/<name>.html`, or rewrites that file with `UPDATE_EXPECT=1`. Each element starts
    /// a line, for readable differences.
    fn expect(name: &str, page: &str) {
        let path =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testcases").join(name).with_extension("html");
        let page = page.replace("><", ">\n<") + "\n";
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, &page).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let differs = page.lines().zip(expected.lines()).find(|(page, expected)| page != expected);
        assert_eq!(differs, None, "{}", path.display());
        assert_eq!(page.lines().count(), expected.lines().count(), "{}", path.display());
    }

    #[test]
    fn pages_are_as_they_were() {
        expect("overview", &overview(&sample::overview()));
        expect("pipeline", &pipeline(&sample::pipeline()));
        expect("measurement", &measurement(&sample::measurement_page()));
        expect("field", &field(&sample::field_page()));
        expect("alerts", &alerts(&sample::alerts()));
    }

    #[test]
    fn text_of_others_is_never_markup() {
        let mut page = sample::pipeline();
        page.status.name = sample::HOSTILE.to_owned();
        page.status.description = Some(sample::HOSTILE.to_owned());
        for run in &mut page.runs {
            run.error = Some(sample::HOSTILE.to_owned());
            run.stage = sample::HOSTILE.to_owned();
        }
        page.last_failure = page.runs.first().cloned();
        for alert in &mut page.alerts {
            alert.detail = sample::HOSTILE.to_owned();
            alert.link = Some("javascript:alert(1)".to_owned());
            alert.program = sample::HOSTILE.to_owned();
        }
        for setting in &mut page.settings {
            setting.value = Some(sample::HOSTILE.to_owned());
        }
        page.problems.push(sample::HOSTILE.to_owned());
        let html = pipeline(&page);
        for markup in ["<script", "<img", "onerror=alert(2)>", "javascript:"] {
            let whole = html.matches(markup).count();
            assert_eq!(whole, 0, "{markup}");
        }
        assert!(html.contains("&lt;script&gt;"));
    }
}

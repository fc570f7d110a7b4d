//! What a pipeline's own manifest says about its demo.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// `[package.metadata.pipeline.demo]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Demo {
    /// What stands in for the source: a service of `http-sim`, as in `openweather=KEY`, or a folder of replies, as in
    /// `testcases/typical`.
    pub(super) simulator: String,
    /// The variable that takes the base URL of the source.
    pub(super) url: String,
    /// What else the program is given.
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) arguments: Vec<String>,
    /// How often it runs. Each run stands for an hour; the last one is now.
    #[serde(default = "once")]
    pub(super) runs: u16,
    /// What is drawn of its records.
    pub(super) plot: Option<Plot>,
    /// Whether the real service takes no key.
    #[serde(default)]
    pub(super) live: bool,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plot {
    /// A numeric field.
    pub(super) field: String,
    /// The tag that gives each curve its name; without it there is one curve.
    pub(super) by: Option<String>,
}

fn once() -> u16 {
    1
}

#[derive(Deserialize)]
struct Manifest {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    pipeline: Option<PipelineMetadata>,
}

#[derive(Deserialize)]
struct PipelineMetadata {
    demo: Option<Demo>,
    /// Whether it reads a source of its own, which a simulator can stand in for.
    #[serde(default = "yes")]
    has_source: bool,
}

fn yes() -> bool {
    true
}

/// Whether the pipeline in `folder` reads a source of its own. One that answers requests, or reads what others stored,
/// says `has_source = false` under `[package.metadata.pipeline]` and is not run.
pub(super) fn has_source(folder: &Path) -> bool {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).ok();
    let manifest = manifest.and_then(|text| toml::from_str::<Manifest>(&text).ok());
    // What is wrong with a manifest is told when it is read for its demo.
    manifest
        .and_then(|manifest| manifest.package.metadata.pipeline)
        .is_none_or(|pipeline| pipeline.has_source)
}

impl Demo {
    /// Reads the `Cargo.toml` in `folder`.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("Cargo.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let manifest: Manifest =
            toml::from_str(text).map_err(|error| format!("Cargo.toml: {}", error.message()))?;
        let demo = manifest.package.metadata.pipeline.and_then(|pipeline| pipeline.demo);
        demo.ok_or_else(|| "Cargo.toml has no [package.metadata.pipeline.demo]".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_says_how_its_pipeline_is_shown() {
        let demo = Demo::parse(
            r#"
            [package]
            name = "tides"
            [package.metadata.pipeline.demo]
            simulator = "testcases/typical"
            url = "TIDES_URL"
            plot = { field = "level" }
            "#,
        );
        let plot = Plot { field: "level".into(), by: None };
        let (environment, arguments) = (BTreeMap::new(), Vec::new());
        let (simulator, url) = ("testcases/typical".into(), "TIDES_URL".into());
        let expected =
            Demo { simulator, url, environment, arguments, runs: 1, plot: Some(plot), live: false };
        assert_eq!(demo, Ok(expected));
    }

    #[test]
    fn a_misspelled_key_is_named() {
        let problem = Demo::parse("[package.metadata.pipeline.demo]\nsimulater = 'nws'").unwrap_err();
        assert!(problem.contains("`simulater`"), "{problem}");
    }

    #[test]
    fn a_manifest_without_a_demo_is_told_what_it_lacks() {
        let problem = Demo::parse("[package]\nname = 'tides'").unwrap_err();
        assert_eq!(problem, "Cargo.toml has no [package.metadata.pipeline.demo]");
    }
}

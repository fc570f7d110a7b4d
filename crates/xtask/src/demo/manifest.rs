//! Demo settings in the manifest of a program.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// `[package.metadata.pipeline.demo]`
///
/// A pipeline runs some times, each against a service at another hour. A device runs for some seconds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Demo {
    /// Simulated source. For a pipeline a service of `http-sim`, as in `openweather=KEY`, or a folder of replies, as in
    /// `testcases/typical`. For a device the call of a simulator, which prints its address on its first line:
    /// `serial-sim sds011`, or the example `sht40-sim` of the driver `sht40`; without it the device reads real hardware.
    /// `{folder}` stands for the folder of the manifest.
    pub(super) simulator: Option<String>,
    /// The variable that takes the address of the simulator.
    pub(super) url: Option<String>,
    /// Further variables of the program; `{folder}` stands for the folder of the manifest.
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) arguments: Vec<String>,
    /// Number of runs of a pipeline. Each run stands for an hour; the last one is now.
    #[serde(default = "once")]
    pub(super) runs: u16,
    /// Duration of a device's run. Only devices have it.
    pub(super) seconds: Option<u16>,
    /// Plot of its records.
    pub(super) plot: Option<Plot>,
    /// Whether the real service takes no key.
    #[serde(default)]
    pub(super) live: bool,
}

/// A plot of one field.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plot {
    /// A numeric field.
    pub(super) field: String,
    /// The measurement, for a program whose records are known only at run time.
    pub(super) measurement: Option<String>,
    /// Title and unit of the plot. Default: description and unit of the field in the schema.
    pub(super) title: Option<String>,
    pub(super) unit: Option<String>,
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

/// Whether the program in `folder` reads a source of its own. One that answers requests, or reads what others stored,
/// says `has_source = false` under `[package.metadata.pipeline]` and is not run.
pub(super) fn has_source(folder: &Path) -> bool {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).ok();
    let manifest = manifest.and_then(|text| toml::from_str::<Manifest>(&text).ok());
    // An invalid manifest is reported when it is read for its demo.
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

    pub(super) fn is_device(&self) -> bool {
        self.seconds.is_some()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let manifest: Manifest =
            toml::from_str(text).map_err(|error| format!("Cargo.toml: {}", error.message()))?;
        let demo = manifest.package.metadata.pipeline.and_then(|pipeline| pipeline.demo);
        let demo = demo.ok_or_else(|| "Cargo.toml has no [package.metadata.pipeline.demo]".to_owned())?;
        if demo.simulator.is_some() != demo.url.is_some() {
            return Err("Cargo.toml: `simulator` and `url` go together".to_owned());
        }
        Ok(demo)
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
        let plot = Plot { field: "level".into(), measurement: None, title: None, unit: None, by: None };
        let expected = Demo {
            simulator: Some("testcases/typical".into()),
            url: Some("TIDES_URL".into()),
            environment: BTreeMap::new(),
            arguments: Vec::new(),
            runs: 1,
            seconds: None,
            plot: Some(plot),
            live: false,
        };
        assert_eq!(demo, Ok(expected));
    }

    #[test]
    fn a_simulator_without_a_variable_for_its_address_is_reported() {
        let problem = Demo::parse("[package.metadata.pipeline.demo]\nsimulator = 'nws'").unwrap_err();
        assert_eq!(problem, "Cargo.toml: `simulator` and `url` go together");
    }

    #[test]
    fn a_misspelled_key_is_named() {
        let problem = Demo::parse("[package.metadata.pipeline.demo]\nsimulater = 'nws'").unwrap_err();
        assert!(problem.contains("`simulater`"), "{problem}");
    }

    #[test]
    fn a_manifest_without_a_demo_is_reported() {
        let problem = Demo::parse("[package]\nname = 'tides'").unwrap_err();
        assert_eq!(problem, "Cargo.toml has no [package.metadata.pipeline.demo]");
    }
}

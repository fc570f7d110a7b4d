//! What is made: the files of a pipeline, and of a client where one is wished for.

use super::name::Name;
use super::template::Filling;

/// Path below the folder of the package, and template.
type Template = (&'static str, &'static str);

macro_rules! templates {
    ($kind:literal: $($path:literal)*) => {
        [$(($path, include_str!(concat!("templates/", $kind, "/", $path, ".template")))),*]
    };
}

const PIPELINE: [Template; 9] = templates! { "pipeline":
    "Cargo.toml"
    "README.md"
    "src/main.rs"
    "src/transform.rs"
    "testcases/case.toml"
    "testcases/typical/response.json"
    "testcases/typical/loaded.lp"
    "testcases/no_stations/response.json"
    "testcases/no_stations/failure.txt"
};
const CLIENT: [Template; 2] = templates! { "client": "Cargo.toml" "README.md" };
/// A module of the pipeline, or the whole of a client.
const SOURCE: &str = include_str!("templates/pipeline/src/source.rs.template");

/// What every pipeline needs, and what a source needs beside it.
const PIPELINE_NEEDS: [&str; 4] = ["record", "runner", "settings", "thiserror"];
const SOURCE_NEEDS: [&str; 5] = ["http-client", "jiff", "secret", "serde", "url"];

/// A pipeline to be made.
pub(super) struct Scaffold {
    name: Name,
    client: Option<Name>,
    filling: Filling,
}

impl Scaffold {
    pub(super) fn new(name: &Name, title: Option<&str>, client: Option<&Name>) -> Self {
        let title = title.map_or_else(|| name.words(), ToOwned::to_owned);
        let service = client.unwrap_or(name);
        let filling = Filling {
            names: [
                ("name", name.kebab().to_owned()),
                ("title", title),
                ("measurement", name.snake()),
                ("service", service.kebab().to_owned()),
                ("service_", service.snake()),
                ("Service", service.camel()),
                ("SERVICE", service.upper()),
                ("client", client.map_or_else(|| "source".to_owned(), Name::snake)),
                ("dependencies", dependencies(client)),
            ]
            .into(),
            parts: vec![if client.is_some() { "client" } else { "source" }],
        };
        Self { name: name.clone(), client: client.cloned(), filling }
    }

    /// The packages it makes.
    pub(super) fn packages(&self) -> Vec<&str> {
        [Some(&self.name), self.client.as_ref()].into_iter().flatten().map(Name::kebab).collect()
    }

    /// The folders it makes.
    pub(super) fn folders(&self) -> Vec<String> {
        [Some(self.pipeline_folder()), self.client_folder()].into_iter().flatten().collect()
    }

    /// Every file, by its path in the workspace.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        let mut add = |folder: &str, path: &str, template: &str| {
            files.push((format!("{folder}/{path}"), self.filling.fill(template)));
        };
        let pipeline = self.pipeline_folder();
        for (path, template) in PIPELINE {
            add(&pipeline, path, template);
        }
        match self.client_folder() {
            None => add(&pipeline, "src/source.rs", SOURCE),
            Some(client) => {
                for (path, template) in CLIENT {
                    add(&client, path, template);
                }
                add(&client, "src/lib.rs", SOURCE);
            }
        }
        files
    }

    /// The line that makes a client known in the root manifest.
    pub(super) fn dependency(&self) -> Option<String> {
        let client = self.client.as_ref()?;
        Some(format!("{} = {{ path = \"{}\" }}", client.kebab(), client.client_folder()))
    }

    /// The row of the catalogue.
    pub(super) fn row(&self) -> String {
        self.filling.fill(ROW).trim_end().to_owned()
    }

    /// What its author does next.
    pub(super) fn next_steps(&self) -> String {
        self.filling.fill(NEXT_STEPS)
    }

    fn pipeline_folder(&self) -> String {
        format!("pipelines/{}", self.name.kebab())
    }

    fn client_folder(&self) -> Option<String> {
        self.client.as_ref().map(Name::client_folder)
    }
}

/// The lines of the dependencies of a pipeline, sorted.
fn dependencies(client: Option<&Name>) -> String {
    let mut names = PIPELINE_NEEDS.to_vec();
    match client {
        Some(client) => names.push(client.kebab()),
        None => names.extend(SOURCE_NEEDS),
    }
    names.sort_unstable();
    names.join(".workspace = true\n") + ".workspace = true\n"
}

const ROW: &str = "| [{{name}}](pipelines/{{name}}) | {{title}} | `{{measurement}}` | `{{SERVICE}}_KEY` |";

const NEXT_STEPS: &str = "\
{{if source}}
Made pipelines/{{name}}.
{{end}}
{{if client}}
Made pipelines/{{name}} and crates/api-clients/{{service}}.
{{end}}
It compiles, runs and passes its tests as it is:

  cargo test -p program-tests -- {{name}}

Make it yours, in this order:

  testcases/typical/response.json   a reply of the real service
{{if source}}
  src/source.rs                     where the service is, the call, the reply
{{end}}
{{if client}}
  src/lib.rs of the client          where the service is, the call, the reply
{{end}}
  src/transform.rs                  the record: its name, tags, fields, units
  testcases/*                       UPDATE_EXPECT=1 cargo test -p program-tests -- {{name}}::cases
                                    writes what is loaded; read it. A folder
                                    for each other way the service answers
  Cargo.toml, README.md             description, schedule, demo, settings,
                                    records; and its row in the catalogue of
                                    README.md

Then try it against the real service, see it beside the others, and write
what orchestrators read:

  {{SERVICE}}_KEY=… cargo run -p {{name}} -- --dry-run
  cargo xtask demo
  cargo xtask generate
";

#[cfg(test)]
mod tests {
    use super::*;

    fn scaffold(client: Option<&str>) -> Scaffold {
        let client = client.map(|name| Name::parse(name).unwrap());
        Scaffold::new(&Name::parse("river-levels").unwrap(), None, client.as_ref())
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        for scaffold in [scaffold(None), scaffold(Some("rivers"))] {
            let mut texts: Vec<_> = scaffold.files().into_iter().map(|(_, text)| text).collect();
            texts.extend([scaffold.next_steps(), scaffold.row()]);
            // The one placeholder that is for the test cases themselves.
            let texts = texts.concat().replace("{{secret}}", "");
            assert!(!texts.contains("{{"), "{texts}");
        }
    }

    #[test]
    fn the_source_is_a_module_or_a_crate() {
        let paths =
            |scaffold: &Scaffold| scaffold.files().into_iter().map(|(path, _)| path).collect::<Vec<_>>();
        assert!(paths(&scaffold(None)).contains(&"pipelines/river-levels/src/source.rs".to_owned()));
        assert_eq!(scaffold(None).dependency(), None);
        let with_client = scaffold(Some("rivers"));
        assert!(paths(&with_client).contains(&"crates/api-clients/rivers/src/lib.rs".to_owned()));
        assert!(!paths(&with_client).contains(&"pipelines/river-levels/src/source.rs".to_owned()));
        let line = "rivers = { path = \"crates/api-clients/rivers\" }";
        assert_eq!(with_client.dependency().as_deref(), Some(line));
    }

    #[test]
    fn the_next_steps_fit_the_terminal() {
        let steps = scaffold(Some("rivers")).next_steps();
        assert!(steps.lines().all(|line| line.chars().count() <= 80), "{steps}");
    }
}

//! Files of a new program: templates, filled in.

use serde_json::Value;

use super::name::Name;
use super::{Arguments, Kind, context};
use crate::generate::template::render;

/// A file: its path below the folder of its package, and its template.
type Template = (&'static str, &'static str);

/// Templates by their paths. One that ends in `.j2` is filled in, and loses the ending.
macro_rules! templates {
    ($folder:literal: $($path:literal)*) => {
        &[$(($path, include_str!(concat!("templates/", $folder, "/", $path)))),*]
    };
}

const PIPELINE: &[Template] = templates! { "pipeline":
    "Cargo.toml.j2" "README.md.j2" "src/main.rs.j2" "src/transform.rs.j2" "testcases/case.toml.j2"
    "testcases/typical/response.json"
    "testcases/impossible_temperature/response.json" "testcases/impossible_temperature/failure.txt"
};
const MEASUREMENT: &[Template] = templates! { "pipeline": "testcases/typical/loaded.lp.j2" };
const TABLE: &[Template] = templates! { "pipeline": "testcases/typical/loaded.json.j2" };
const HISTORY: &[Template] = templates! { "pipeline":
    "testcases/history/case.toml" "testcases/history/response.json" "testcases/history/loaded.lp.j2"
};
/// A module of the pipeline, or the whole of a client.
const SOURCE: &str = include_str!("templates/pipeline/src/source.rs.j2");
const CLIENT: &[Template] = templates! { "client": "Cargo.toml.j2" "README.md.j2" };

const DEVICE: &[Template] = templates! { "device":
    "Cargo.toml.j2" "README.md.j2" "src/main.rs.j2" "src/transform.rs.j2" "testcases/case.toml.j2"
    "testcases/typical/loaded.lp.j2"
};
const POLLED: &[Template] = templates! { "device":
    "src/source.rs.j2" "testcases/typical/response.json"
    "testcases/out_of_range/case.toml" "testcases/out_of_range/response.json" "testcases/out_of_range/failure.txt"
};
const DRIVER: &[Template] = templates! { "driver":
    "Cargo.toml.j2" "README.md.j2" "src/lib.rs.j2" "src/driver.rs.j2" "src/error.rs.j2" "tests/script.rs.j2"
};
const I2C: &[Template] = templates! { "driver": "src/reading.rs.j2" };
const SERIAL: &[Template] = templates! { "driver": "src/frame.rs.j2" };
const SIMULATOR: &str = include_str!("templates/driver/examples/simulator.rs.j2");

/// Recordings of the test cases, by the bus.
const I2C_RECORDINGS: &[Template] = templates! { "device":
    "testcases/typical/i2c.hex" "testcases/damaged_then_good/i2c.hex"
};
const SERIAL_RECORDINGS: &[Template] = templates! { "device":
    "testcases/typical/serial.hex" "testcases/damaged_then_good/serial.hex"
};
const NEXT_STEPS: &str = include_str!("templates/next-steps.txt.j2");

/// A program to be made, with its client or driver.
pub(super) struct Scaffold {
    /// The packages, each with its folder; the program first.
    packages: Vec<(Name, String)>,
    kind: Option<Kind>,
    is_table: bool,
    has_history: bool,
    context: Value,
}

impl Scaffold {
    /// Refuses a device whose name does not say its sensor, and two packages of one name.
    pub(super) fn new(arguments: &Arguments) -> Result<Self, String> {
        let name = &arguments.name;
        let second = match arguments.device {
            None => arguments.client.clone().map(|client| (client.clone(), client.client_folder())),
            Some(Kind::Poll) => None,
            Some(_) => {
                let driver = name.first_word()?;
                Some((driver.clone(), format!("crates/sensors/{}", driver.kebab())))
            }
        };
        if second.as_ref().is_some_and(|(second, _)| second == name) {
            return Err(format!("program and client cannot both be called `{}`", name.kebab()));
        }
        let group = if arguments.device.is_some() { "iot" } else { "pipelines" };
        let own = (name.clone(), format!("{group}/{}", name.kebab()));
        let packages: Vec<_> = std::iter::once(own).chain(second).collect();
        let context = context::of(arguments, &packages);
        Ok(Self {
            packages,
            kind: arguments.device,
            is_table: arguments.table,
            has_history: arguments.history,
            context,
        })
    }

    /// The names of the packages it makes.
    pub(super) fn packages(&self) -> impl Iterator<Item = &Name> {
        self.packages.iter().map(|(name, _)| name)
    }

    /// The folders it makes.
    pub(super) fn folders(&self) -> impl Iterator<Item = &str> {
        self.packages.iter().map(|(_, folder)| folder.as_str())
    }

    /// Every file, by its path in the workspace.
    pub(super) fn files(&self) -> Result<Vec<(String, String)>, String> {
        let mut files = Vec::new();
        let mut folders = self.folders();
        let (program, second) = (folders.next().unwrap_or_default(), folders.next());
        match self.kind {
            None => self.pipeline(&mut files, program, second)?,
            Some(kind) => self.device(&mut files, kind, program, second)?,
        }
        Ok(files)
    }

    /// Hints for the author.
    pub(super) fn next_steps(&self) -> Result<String, String> {
        render("next-steps.txt", NEXT_STEPS, &self.context)
    }

    fn pipeline(
        &self,
        files: &mut Vec<(String, String)>,
        program: &str,
        client: Option<&str>,
    ) -> Result<(), String> {
        self.add(files, program, PIPELINE)?;
        self.add(files, program, if self.is_table { TABLE } else { MEASUREMENT })?;
        if self.has_history {
            self.add(files, program, HISTORY)?;
        }
        match client {
            None => self.add(files, program, &[("src/source.rs.j2", SOURCE)]),
            Some(client) => {
                self.add(files, client, CLIENT)?;
                self.add(files, client, &[("src/lib.rs.j2", SOURCE)])
            }
        }
    }

    fn device(
        &self,
        files: &mut Vec<(String, String)>,
        kind: Kind,
        program: &str,
        driver: Option<&str>,
    ) -> Result<(), String> {
        self.add(files, program, DEVICE)?;
        let Some(driver) = driver else {
            return self.add(files, program, POLLED);
        };
        let is_i2c = kind == Kind::I2c;
        let (part, recordings) = if is_i2c { (I2C, I2C_RECORDINGS) } else { (SERIAL, SERIAL_RECORDINGS) };
        for (path, text) in recordings {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            files.push((format!("{program}/{folder}/recording.hex"), (*text).to_owned()));
        }
        let loaded = DEVICE.iter().find(|(path, _)| path.ends_with("loaded.lp.j2")).map(|(_, text)| *text);
        self.add(
            files,
            program,
            &[("testcases/damaged_then_good/loaded.lp.j2", loaded.unwrap_or_default())],
        )?;
        self.add(files, driver, DRIVER)?;
        self.add(files, driver, part)?;
        let name = driver.rsplit('/').next().unwrap_or_default();
        let simulator = render("simulator.rs", SIMULATOR, &self.context)?;
        files.push((format!("{driver}/examples/{name}-sim.rs"), simulator));
        Ok(())
    }

    fn add(
        &self,
        files: &mut Vec<(String, String)>,
        folder: &str,
        templates: &[Template],
    ) -> Result<(), String> {
        for (path, template) in templates {
            let file = match path.strip_suffix(".j2") {
                Some(path) => (format!("{folder}/{path}"), render(path, template, &self.context)?),
                None => (format!("{folder}/{path}"), (*template).to_owned()),
            };
            files.push(file);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::parse;
    use super::*;

    const CALLS: [&[&str]; 9] = [
        &["river-levels"],
        &["river-levels", "--client", "rivers"],
        &["river-levels", "--client", "rivers", "--table", "--no-key"],
        &["river-levels", "--history"],
        &["river-levels", "--table"],
        &["sht40-climate", "--device", "serial"],
        &["sht40-climate", "--device", "i2c"],
        &["plug", "--device", "poll"],
        &["sht40-climate", "--device", "stream"],
    ];

    fn scaffold(words: &[&str]) -> Scaffold {
        Scaffold::new(&parse(words).unwrap()).unwrap()
    }

    fn paths(words: &[&str]) -> Vec<String> {
        scaffold(words).files().unwrap().into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn every_template_can_be_filled_in_for_every_call() {
        for words in CALLS {
            let scaffold = scaffold(words);
            scaffold.files().unwrap_or_else(|problem| panic!("{words:?}: {problem}"));
            let steps = scaffold.next_steps().unwrap();
            assert!(steps.lines().all(|line| line.chars().count() <= 90), "{steps}");
        }
    }

    #[test]
    fn a_program_lies_in_its_own_folders() {
        for words in CALLS {
            let scaffold = scaffold(words);
            let is_own =
                |path: &str| scaffold.folders().any(|folder| path.starts_with(&format!("{folder}/")));
            let paths = paths(words);
            assert!(paths.iter().all(|path| is_own(path)), "{paths:?}");
        }
    }

    #[test]
    fn the_source_is_a_module_or_a_crate() {
        assert!(paths(CALLS[0]).contains(&"pipelines/river-levels/src/source.rs".to_owned()));
        assert!(paths(CALLS[1]).contains(&"crates/api-clients/rivers/src/lib.rs".to_owned()));
        assert!(!paths(CALLS[1]).contains(&"pipelines/river-levels/src/source.rs".to_owned()));
    }

    #[test]
    fn a_device_has_a_driver_with_a_simulator() {
        let paths = paths(CALLS[6]);
        assert!(paths.contains(&"crates/sensors/sht40/examples/sht40-sim.rs".to_owned()), "{paths:?}");
        let nameless = Scaffold::new(&parse(&["barometer", "--device", "i2c"]).unwrap()).err().unwrap();
        assert!(nameless.contains("first word"), "{nameless}");
    }
}

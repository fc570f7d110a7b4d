//! Keys of Secrets and ConfigMaps in pages: they are those that programs read.
//!
//! A program reads a Secret as a whole or one key of it, and starts without most of them. A key with another name is no
//! error anywhere, and a store or channel is missing.

use std::collections::BTreeSet;

use crate::workspace::{hold, packages, pages, text};

/// The namespace of the programs; Secrets of others are not theirs.
const NAMESPACE: &str = "-n data-platform";

/// Pages that name keys of the past.
const ON_THE_PAST: [&str; 2] = ["docs/migrating.md", "CHANGELOG.md"];

#[test]
fn pages_name_keys_that_programs_read() {
    let known = Known::of_the_repository();
    let pages = pages().iter().filter(|page| !ON_THE_PAST.contains(&page.as_str()));
    let wrong = pages.flat_map(|page| {
        let wrong = known.wrong_in(&text(page));
        wrong.into_iter().map(move |problem| format!("{page}: {problem}"))
    });
    hold("No program reads it. docs/catalogue.md has the names of all:", wrong);
}

#[test]
fn the_catalogue_has_keys_to_compare_with() {
    let known = Known::of_the_repository();
    assert!(known.keys.contains(&("influxdb".to_owned(), "INFLUXDB_TOKEN".to_owned())));
    assert!(known.keys.contains(&("heartbeats".to_owned(), "watchdog".to_owned())));
    assert!(known.keys.contains(&("platform".to_owned(), "INFLUXDB_URL".to_owned())));
    assert!(known.files.contains("influxdb.token") && known.files.contains("mqtt.passwords"));
}

#[test]
fn a_key_that_no_program_reads_is_found() {
    let known = Known {
        keys: BTreeSet::from([("tides", "TIDES_TOKEN"), ("places", "stations")].map(owned)),
        files: BTreeSet::from(["tides.token".to_owned()]),
    };
    let none = [""; 0];
    let secret =
        |key: &str| format!("kubectl {NAMESPACE} create secret generic tides \\\n  --from-file={key}=a");
    assert_eq!(known.wrong_in(&secret("TIDES_TOKEN")), none);
    assert_eq!(known.wrong_in(&secret("token")), ["token of tides"]);
    assert_eq!(known.wrong_in("kubectl -n other create secret generic tides --from-literal=a=b"), none);
    assert_eq!(known.wrong_in("better `--from-file=token=/dev/stdin`"), ["token of any Secret"]);
    let config = |key: &str| format!("  - name: places\n    literals:\n      # All.\n      - {key}=a;b=c\n");
    assert_eq!(known.wrong_in(&config("stations")), none);
    assert_eq!(known.wrong_in(&config("station")), ["station of places"]);
    assert_eq!(known.wrong_in("the Secret `tides` with the\nkey `url`"), ["url of tides"]);
    let of_aws = |key: &str| format!("--name data-platform/tides --secret-string '{{\"{key}\":\"…\"}}'");
    assert_eq!(known.wrong_in(&of_aws("TIDES_TOKEN")), none);
    assert_eq!(known.wrong_in(&of_aws("token")), ["token of tides"]);
    assert_eq!(known.wrong_in("arn:…:secret:data-platform/tides-AbCdEf:url::"), ["url of tides"]);
    assert_eq!(known.wrong_in("> /etc/data-platform/secrets/tides.token"), none);
    assert_eq!(known.wrong_in("> secrets/tides.key"), ["secrets/tides.key"]);
}

/// The keys that programs read.
struct Known {
    /// Names of Secrets and ConfigMaps, and their keys.
    keys: BTreeSet<(String, String)>,
    /// Names of secrets that are files.
    files: BTreeSet<String>,
}

impl Known {
    fn of_the_repository() -> Self {
        let mut known = Self { keys: BTreeSet::new(), files: BTreeSet::new() };
        let catalogue = text("docs/catalogue.md");
        let (_, tables) = catalogue.split_once("\n## Secrets\n").unwrap();
        let (secrets, configs) = tables.split_once("\n## Configuration\n").unwrap();
        for row in rows(secrets) {
            known.add(row[0], row[1]);
            known.files.extend(for_programs(row[2]));
        }
        for row in rows(configs) {
            known.add(row[0], row[1]);
        }
        // Files of the stores.
        let compose = text("docker/compose.yaml");
        let files = compose.lines().filter_map(|line| line.split_once("file: ./secrets/"));
        known.files.extend(files.filter_map(|(_, rest)| rest.split([' ', ',']).next()).map(str::to_owned));
        known
    }

    fn add(&mut self, name: &str, key: &str) {
        self.keys.extend(for_programs(key).map(|key| (name.to_owned(), key)));
    }

    /// The keys and files in a page that no program reads.
    fn wrong_in(&self, text: &str) -> Vec<String> {
        let mut named = created(text);
        named.extend(generated(text));
        named.extend(described(text));
        named.extend(of_aws(text));
        let is_known = |(name, key): &(String, String)| match name.as_str() {
            "" => self.keys.iter().any(|(_, known)| known == key),
            _ => self.keys.contains(&(name.clone(), key.clone())),
        };
        let wrong = named.into_iter().filter(|pair| !is_known(pair));
        let wrong = wrong.map(|(name, key)| {
            format!("{key} of {}", if name.is_empty() { "any Secret" } else { name.as_str() })
        });
        let files = files(text).filter(|file| !self.files.contains(*file));
        wrong.chain(files.map(|file| format!("secrets/{file}"))).collect()
    }
}

/// The rows of a table, cells without their quotes.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.split('|').skip(1).map(|cell| cell.trim().trim_matches('`')).collect())
}

/// A key, for each program where it has the name of the program in it.
fn for_programs(key: &str) -> impl Iterator<Item = String> {
    let programs = packages().iter().filter(|package| package.is_program());
    let names: BTreeSet<_> = programs.map(|program| key.replace("{program}", &program.name)).collect();
    names.into_iter()
}

/// Keys of `kubectl create secret`; those of an option alone have no name.
fn created(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\\\n", " ").replace('`', " ");
    let mut keys = Vec::new();
    for line in text.lines() {
        let name = line.split_once("create secret generic ").and_then(|(_, rest)| rest.split(' ').next());
        if name.is_some() && !line.contains(NAMESPACE) || line.contains("create configmap") {
            continue;
        }
        let options = line.split(' ').filter_map(|word| {
            let value = word.strip_prefix("--from-literal=").or_else(|| word.strip_prefix("--from-file="))?;
            // A file without a key is a ConfigMap of somebody else.
            Some(value.split_once('=')?.0)
        });
        keys.extend(options.map(|key| owned((name.unwrap_or_default(), key))));
    }
    keys
}

/// Keys below `literals:` of a generator of kustomize.
fn generated(text: &str) -> Vec<(String, String)> {
    let (mut name, mut is_literal, mut keys) = ("", false, Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("- name: ") {
            Some(new) => (name, is_literal) = (new, false),
            None if line == "literals:" => is_literal = true,
            None if is_literal => match line.strip_prefix("- ").and_then(|literal| literal.split_once('=')) {
                Some((key, _)) => keys.push(owned((name, key))),
                None => is_literal = false,
            },
            None => {}
        }
    }
    keys
}

/// Keys in sentences: "the Secret `mqtt` with the key `MQTT_URL`".
fn described(text: &str) -> Vec<(String, String)> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let phrases = text.split("Secret `").skip(1);
    let keys = phrases.filter_map(|phrase| {
        let (name, rest) = phrase.split_once("` with the key `")?;
        Some(owned((name, rest.split_once('`')?.0))).filter(|_| !name.contains('`'))
    });
    keys.collect()
}

/// Keys of Secrets Manager, where a secret is made and where a parameter names one.
fn of_aws(text: &str) -> Vec<(String, String)> {
    let made = text.split("--name data-platform/").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once(" --secret-string '{\"")?;
        Some(owned((name, rest.split('"').next()?)))
    });
    let named = text.split(":secret:data-platform/").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once(':')?;
        Some(owned((name.rsplit_once('-')?.0, rest.split(':').next()?)))
    });
    made.chain(named).collect()
}

/// Names of files in a folder `secrets`, but the one of containers, which can be called otherwise there.
fn files(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| letter.is_whitespace() || "'\"`(),;|".contains(letter));
    let files = words.filter(|word| !word.starts_with("/run/")).filter_map(|word| {
        let (before, file) = word.split_once("secrets/")?;
        Some(file.trim_end_matches(['.', ':'])).filter(|_| before.is_empty() || before.ends_with('/'))
    });
    files.filter(|file| !file.is_empty() && !file.contains(['*', '<', '$', '/', '…']))
}

fn owned((name, key): (&str, &str)) -> (String, String) {
    (name.to_owned(), key.to_owned())
}

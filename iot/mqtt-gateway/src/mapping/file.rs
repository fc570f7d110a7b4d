//! The mapping file as a setting.

use std::io::Read as _;

use settings::Setting;

use super::document::{self, Located, Mistake, TomlValue};
use super::section::Section;
use super::{Mapping, check, rule, zigbee2mqtt};

/// Size limit of a mapping file, in bytes.
const LARGEST: u64 = 1 << 20;

/// Mapping read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct MappingFile(pub Mapping);

impl Setting for MappingFile {
    const TAKES: &'static str = "the path of a mapping file";

    fn parse(path: &str) -> Result<Self, String> {
        let text =
            read(path).map_err(|error| format!("names a file that cannot be read: {}", error.kind()))?;
        Mapping::parse(&text).map(Self).map_err(|mistakes| {
            let lines = mistakes.iter().map(|mistake| format!("\n  {mistake}"));
            lines.fold("names a file with mistakes:".to_owned(), |all, line| all + &line)
        })
    }
}

fn read(path: &str) -> std::io::Result<String> {
    let mut text = String::new();
    let size = std::fs::File::open(path.trim())?.take(LARGEST + 1).read_to_string(&mut text)?;
    if u64::try_from(size).is_ok_and(|size| size <= LARGEST) {
        Ok(text)
    } else {
        Err(std::io::Error::from(std::io::ErrorKind::FileTooLarge))
    }
}

/// Reads the text of a mapping file.
pub(super) fn parse(text: &str) -> Result<Mapping, Vec<Mistake>> {
    let document = document::read(text.trim_start_matches('\u{feff}'))?;
    let mut mistakes = Vec::new();
    let mut section = Section::new("", document, &mut mistakes);
    let (rules, installations) = (tables(&mut section, "rule"), tables(&mut section, "zigbee2mqtt"));
    section.finish();
    let rules = rules.into_iter().filter_map(|table| rule::read(Section::new("rule", table, &mut mistakes)));
    let rules = rules.collect();
    let installations = installations
        .into_iter()
        .map(|table| zigbee2mqtt::read(Section::new("zigbee2mqtt", table, &mut mistakes)))
        .collect();
    let mapping = Mapping { rules, zigbee2mqtt: installations };
    if mistakes.is_empty() {
        mistakes = check::check(&mapping);
    }
    mistakes.sort();
    if mistakes.is_empty() { Ok(mapping) } else { Err(mistakes) }
}

/// Tables of an array of tables; a single table is accepted, too.
fn tables(section: &mut Section<'_>, key: &str) -> Vec<Located> {
    match section.take(key) {
        None => Vec::new(),
        Some(Located { value: TomlValue::List(tables), .. }) => tables,
        Some(table) => vec![table],
    }
}

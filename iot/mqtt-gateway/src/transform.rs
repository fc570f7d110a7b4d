//! From a message to a row.

pub mod arrival;
pub mod cache;
pub mod moment;
pub mod node;
pub mod payload;
pub mod plan;
mod prepare;
pub mod rows;
mod sign;
pub mod table;
pub mod value;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use record::Timestamp;

use crate::mapping::{Mapping, Rule};
use crate::zigbee::{self, Carries, Installation};

use cache::Cache;
use payload::Refused;
use plan::{Applied, Plan};
use table::Table;

/// How many topics are kept prepared.
const MOST_TOPICS: usize = 4_096;
/// How many topics that say whether somebody is there are remembered.
pub const MOST_SIGNS: usize = 10_000;

/// Makes rows of messages. It knows no clock, no broker and no store.
#[derive(Debug)]
pub struct Mapper {
    rules: Vec<(Rule, usize)>,
    installations: Vec<Installation>,
    tables: Vec<Table>,
    routes: Cache<Rc<RefCell<Route>>>,
    /// By topic: whether somebody was there when it was last said.
    signs: BTreeMap<Box<str>, bool>,
    /// What was said since the rows of its table were last taken.
    new_signs: Vec<NewSign>,
}

/// Whether somebody is there, as a row says that is not stored yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSign {
    /// Where it was said.
    pub topic: Box<str>,
    /// Whether somebody is there.
    pub is_there: bool,
    table: usize,
}

/// A message as it came.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// Where it was published.
    pub topic: &'a str,
    /// What was published.
    pub payload: &'a [u8],
    /// Whether the broker had kept it.
    pub retained: bool,
    /// When it came.
    pub arrival: Timestamp,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A row, in the table at this place.
    Row {
        /// The place of the table.
        table: usize,
        /// A value that was left out.
        refused: Option<Refused>,
    },
    /// Nothing: there is no value in it.
    NoValue(Option<Refused>),
    /// Nothing: the broker kept it, and it was stored before, or does not tell its time.
    Retained,
    /// Nothing: nobody wants it.
    Ignored,
    /// Nothing: no rule fits.
    Unmapped,
    /// Nothing: it is not what its topic carries.
    Malformed(String),
    /// The list of devices or groups was read: what its messages become may have changed.
    Learned,
    /// It cannot be told before the list of devices came: show it again then.
    Wait,
}

impl Outcome {
    /// The value that was left out, if any was.
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            Self::Row { refused, .. } | Self::NoValue(refused) => refused.as_ref(),
            _ => None,
        }
    }

    /// The word that counters know it by.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Row { .. } => "mapped",
            Self::NoValue(_) => "no_value",
            Self::Retained => "retained",
            Self::Ignored => "ignored",
            Self::Unmapped => "unmapped",
            Self::Malformed(_) => "malformed",
            Self::Learned => "learned",
            Self::Wait => "waiting",
        }
    }
}

/// Why there is no row, for people.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row { .. } => f.write_str("a row"),
            Self::NoValue(None) => f.write_str("nothing: it holds no value"),
            Self::NoValue(Some(refused)) => write!(f, "nothing: {refused}"),
            Self::Retained => {
                f.write_str("nothing: the broker kept it, and it was stored before or does not tell its time")
            }
            Self::Ignored => f.write_str("nothing: it is to be ignored"),
            Self::Unmapped => f.write_str("nothing: no rule fits its topic"),
            Self::Malformed(why) => write!(f, "nothing: {why}"),
            Self::Learned => f.write_str("nothing: it tells which devices there are"),
            Self::Wait => f.write_str("it waits for the list of devices"),
        }
    }
}

/// What was prepared for a topic.
#[derive(Debug)]
enum Route {
    Plan(Plan),
    Sign(zigbee::Sign),
    Devices(usize),
    Groups(usize),
    Ignored,
    Unmapped,
}

impl Mapper {
    /// Makes rows as a mapping says.
    pub fn new(mapping: Mapping) -> Self {
        let mut tables = Vec::new();
        let mut rules = Vec::new();
        for rule in mapping.rules {
            let tags =
                rule.target.as_ref().map(|target| (target.measurement.as_str(), prepare::tags(target)));
            let description = "What devices publish over MQTT.";
            let at = tags.map_or(0, |(name, tags)| zigbee::table(&mut tables, name, description, tags));
            rules.push((rule, at));
        }
        let add = |rule| Installation::new(rule, &mut tables);
        let installations = mapping.zigbee2mqtt.into_iter().map(add).collect();
        for (rule, at) in &rules {
            if let (Some(target), Some(table)) = (&rule.target, tables.get_mut(*at)) {
                prepare::declare(target, table);
            }
        }
        let routes = Cache::new(MOST_TOPICS);
        Self { rules, installations, tables, routes, signs: BTreeMap::new(), new_signs: Vec::new() }
    }

    /// Makes a row of a message, if there is one in it.
    pub fn map(&mut self, message: Incoming<'_>) -> Outcome {
        let route = match self.routes.get(message.topic) {
            Some(route) => route,
            None => match self.route(message) {
                Ok(route) => {
                    let route = Rc::new(RefCell::new(route));
                    self.routes.insert(message.topic, Rc::clone(&route));
                    route
                }
                Err(outcome) => return outcome,
            },
        };
        match &mut *route.borrow_mut() {
            Route::Plan(plan) => self.apply(plan, message),
            Route::Sign(sign) => self.take_sign(sign, message),
            Route::Devices(at) => self.learn(*at, message.payload, Installation::take_devices),
            Route::Groups(at) => self.learn(*at, message.payload, Installation::take_groups),
            Route::Ignored => Outcome::Ignored,
            Route::Unmapped => Outcome::Unmapped,
        }
    }

    /// The tables, in the order of their places.
    pub fn tables(&mut self) -> &mut [Table] {
        &mut self.tables
    }

    /// What Zigbee2MQTT is installed where.
    pub fn installations(&self) -> &[Installation] {
        &self.installations
    }

    /// Stops waiting for lists of devices: what does not wait is mapped by its own types.
    pub fn stop_waiting(&mut self) {
        self.installations.iter_mut().for_each(Installation::stop_waiting);
    }

    /// Takes what the gathered rows of a table say of who is there. It is to be remembered when they are stored.
    pub fn take_signs(&mut self, table: usize) -> Vec<NewSign> {
        self.new_signs.extract_if(.., |sign| sign.table == table).collect()
    }

    /// Says what was stored before the program started.
    pub fn remember_sign(&mut self, topic: Box<str>, is_there: bool) {
        if self.signs.len() < MOST_SIGNS {
            self.signs.insert(topic, is_there);
        }
    }

    fn apply(&mut self, plan: &mut Plan, message: Incoming<'_>) -> Outcome {
        // An empty message removes what the broker kept, as Zigbee2MQTT does for a renamed device.
        if message.payload.is_empty() {
            return Outcome::NoValue(None);
        }
        let at = plan.table;
        let Some(table) = self.tables.get_mut(at) else { return Outcome::Unmapped };
        match plan.apply(message.payload, message.retained, message.arrival, table) {
            Applied::Row(refused) => Outcome::Row { table: at, refused },
            Applied::NoValue(refused) => Outcome::NoValue(refused),
            Applied::Retained => Outcome::Retained,
            Applied::Malformed(why) => Outcome::Malformed(why),
        }
    }

    fn take_sign(&mut self, sign: &zigbee::Sign, message: Incoming<'_>) -> Outcome {
        if message.payload.is_empty() {
            return Outcome::NoValue(None);
        }
        let Some(is_there) = sign::read(message.payload) else {
            return Outcome::Malformed("it is neither `online` nor `offline`".to_owned());
        };
        if message.retained && self.signs.get(message.topic) == Some(&is_there) {
            return Outcome::Retained;
        }
        let Some(table) = self.tables.get_mut(sign.table) else { return Outcome::Unmapped };
        sign::write(sign, is_there, message.arrival, table);
        self.remember_sign(message.topic.into(), is_there);
        self.new_signs.push(NewSign { topic: message.topic.into(), is_there, table: sign.table });
        Outcome::Row { table: sign.table, refused: None }
    }

    fn learn(
        &mut self,
        at: usize,
        payload: &[u8],
        take: impl FnOnce(&mut Installation, &[u8], &mut [Table]) -> Result<usize, String>,
    ) -> Outcome {
        if payload.is_empty() {
            return Outcome::NoValue(None);
        }
        let Some(installation) = self.installations.get_mut(at) else { return Outcome::Unmapped };
        match take(installation, payload, &mut self.tables) {
            Ok(_) => {
                self.routes.clear();
                Outcome::Learned
            }
            Err(why) => Outcome::Malformed(why),
        }
    }

    /// What to do with a topic, or what became of the message where that is not for good.
    fn route(&mut self, message: Incoming<'_>) -> Result<Route, Outcome> {
        let fitting =
            self.rules.iter().find_map(|(rule, at)| Some((rule, *at, rule.topic.captures(message.topic)?)));
        if let Some((rule, at, captured)) = fitting {
            let table = self.tables.get_mut(at);
            let plan = rule
                .target
                .as_ref()
                .zip(table)
                .map(|(target, table)| prepare::plan(target, at, &captured, table));
            return Ok(plan.map_or(Route::Ignored, Route::Plan));
        }
        let of =
            |installation: &Installation| message.topic.strip_prefix(installation.base())?.strip_prefix('/');
        let found = self.installations.iter().enumerate().find_map(|(at, one)| Some((at, one, of(one)?)));
        let Some((at, installation, topic)) = found else { return Ok(Route::Unmapped) };
        match installation.carries(topic, message.payload, &mut self.tables) {
            Carries::Values(plan) => Ok(Route::Plan(plan)),
            Carries::Sign(sign) => Ok(Route::Sign(sign)),
            Carries::Devices => Ok(Route::Devices(at)),
            Carries::Groups => Ok(Route::Groups(at)),
            Carries::Nothing => Ok(Route::Ignored),
            Carries::Unclear => Err(Outcome::Wait),
            Carries::Unknown if message.payload.is_empty() => Err(Outcome::NoValue(None)),
            Carries::Unknown => Err(Outcome::Unmapped),
        }
    }
}

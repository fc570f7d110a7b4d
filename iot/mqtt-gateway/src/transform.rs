//! Mapping of messages to rows.

pub mod arrival_clock;
mod availability;
pub mod cache;
pub mod destinations;
pub mod node;
mod outcome;
pub mod payload;
pub mod plan;
mod prepare;
pub mod rows;
pub mod table;
pub mod timestamp;
pub mod value;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use record::Timestamp;

use crate::mapping::{Mapping, Rule};
use crate::zigbee::{self, Installation, TopicKind};

use cache::Cache;
pub use outcome::Outcome;
use plan::{Plan, PlanOutcome};
use table::Table;

/// Size of the cache of routes.
const MOST_TOPICS: usize = 4_096;
/// Largest number of availability topics whose last value is kept.
pub const MOST_AVAILABILITY_TOPICS: usize = 10_000;

/// Maps messages to rows. It knows no clock, broker or store.
#[derive(Debug)]
pub struct Mapper {
    rules: Vec<(Rule, usize)>,
    installations: Vec<Installation>,
    tables: Vec<Table>,
    routes: Cache<Rc<RefCell<Route>>>,
    /// Last availability by topic.
    availability: BTreeMap<Box<str>, bool>,
    /// Changes since the rows of their table were last taken.
    availability_changes: Vec<AvailabilityChange>,
}

/// An availability whose row is not stored yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvailabilityChange {
    /// Topic.
    pub topic: Box<str>,
    /// Whether the device or bridge is online.
    pub is_online: bool,
    table: usize,
}

/// A received message.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// Topic.
    pub topic: &'a str,
    /// Payload.
    pub payload: &'a [u8],
    /// Whether it is a retained message from before the subscription.
    pub retained: bool,
    /// Arrival time.
    pub arrival: Timestamp,
}

/// Cached handling of a topic.
#[derive(Debug)]
enum Route {
    Plan(Plan),
    Availability(zigbee::AvailabilityTopic),
    Devices(usize),
    Groups(usize),
    Ignored,
    Unmapped,
}

impl Mapper {
    /// Creates a mapper.
    pub fn new(mapping: Mapping) -> Self {
        let mut tables = Vec::new();
        let mut rules = Vec::new();
        for rule in mapping.rules {
            let tags =
                rule.target.as_ref().map(|target| (target.measurement.as_str(), prepare::tags(target)));
            let description = "Messages of devices over MQTT.";
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
        Self {
            rules,
            installations,
            tables,
            routes,
            availability: BTreeMap::new(),
            availability_changes: Vec::new(),
        }
    }

    /// Maps a message.
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
            Route::Availability(availability) => self.take_availability(availability, message),
            Route::Devices(at) => self.learn(*at, message.payload, Installation::take_devices),
            Route::Groups(at) => self.learn(*at, message.payload, Installation::take_groups),
            Route::Ignored => Outcome::Ignored,
            Route::Unmapped => Outcome::Unmapped,
        }
    }

    /// Tables, in the order of their indexes.
    pub fn tables(&mut self) -> &mut [Table] {
        &mut self.tables
    }

    /// Installations of Zigbee2MQTT.
    pub fn installations(&self) -> &[Installation] {
        &self.installations
    }

    /// Stops waiting for device lists: types are inferred from then on.
    pub fn stop_waiting(&mut self) {
        self.installations.iter_mut().for_each(Installation::stop_waiting);
    }

    /// Takes the availability changes in the buffered rows of a table, to be saved once they are stored.
    pub fn take_availability_changes(&mut self, table: usize) -> Vec<AvailabilityChange> {
        self.availability_changes.extract_if(.., |availability| availability.table == table).collect()
    }

    /// Restores an availability from before the program started.
    pub fn restore_availability(&mut self, topic: Box<str>, is_online: bool) {
        if self.availability.len() < MOST_AVAILABILITY_TOPICS {
            self.availability.insert(topic, is_online);
        }
    }

    fn apply(&mut self, plan: &mut Plan, message: Incoming<'_>) -> Outcome {
        // An empty message deletes the retained one, as Zigbee2MQTT does for a renamed device.
        if message.payload.is_empty() {
            return Outcome::NoValue(None);
        }
        let at = plan.table;
        let Some(table) = self.tables.get_mut(at) else { return Outcome::Unmapped };
        match plan.apply(message.payload, message.retained, message.arrival, table) {
            PlanOutcome::Row(refused) => Outcome::Row { table: at, refused },
            PlanOutcome::NoValue(refused) => Outcome::NoValue(refused),
            PlanOutcome::Retained => Outcome::Retained,
            PlanOutcome::Malformed(why) => Outcome::Malformed(why),
        }
    }

    fn take_availability(
        &mut self,
        availability: &zigbee::AvailabilityTopic,
        message: Incoming<'_>,
    ) -> Outcome {
        if message.payload.is_empty() {
            return Outcome::NoValue(None);
        }
        let Some(is_online) = availability::read(message.payload) else {
            return Outcome::Malformed("neither `online` nor `offline`".to_owned());
        };
        if message.retained && self.availability.get(message.topic) == Some(&is_online) {
            return Outcome::Retained;
        }
        let Some(table) = self.tables.get_mut(availability.table) else { return Outcome::Unmapped };
        availability::write(availability, is_online, message.arrival, table);
        self.restore_availability(message.topic.into(), is_online);
        self.availability_changes.push(AvailabilityChange {
            topic: message.topic.into(),
            is_online,
            table: availability.table,
        });
        Outcome::Row { table: availability.table, refused: None }
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

    /// Handling of a topic, or the outcome of this message if the handling is not final.
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
        match installation.classify(topic, message.payload, &mut self.tables) {
            TopicKind::Values(plan) => Ok(Route::Plan(plan)),
            TopicKind::Availability(availability) => Ok(Route::Availability(availability)),
            TopicKind::Devices => Ok(Route::Devices(at)),
            TopicKind::Groups => Ok(Route::Groups(at)),
            TopicKind::Nothing => Ok(Route::Ignored),
            TopicKind::AwaitingDevices => Err(Outcome::Wait),
            TopicKind::Unknown if message.payload.is_empty() => Err(Outcome::NoValue(None)),
            TopicKind::Unknown => Err(Outcome::Unmapped),
        }
    }
}

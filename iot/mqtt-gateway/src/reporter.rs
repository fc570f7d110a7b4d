//! Reporting: counters, dead letters, and the alert for a lost broker.

use std::collections::BTreeMap;

use mqtt_client::Error;
use record::Timestamp;
use runner::{Counter, Device, Finding, Severity, Verdict};
use tokio::time::Instant;

use crate::config::Config;
use crate::sampler::{self, Sampler};
use crate::transform::{Incoming, Outcome};

/// All values of [`Outcome::label`].
const LABELS: [&str; 8] =
    ["mapped", "no_value", "retained", "ignored", "unmapped", "malformed", "learned", "waiting"];

/// Counts messages by outcome, and puts samples of faulty ones into the dead letters.
#[derive(Debug)]
pub struct Reporter<'d> {
    device: &'d Device<Config>,
    messages: Vec<(&'static str, Counter)>,
    values_refused: Counter,
    sampler: Sampler,
    /// Start of the current outage of the broker.
    away_since: Option<Timestamp>,
}

impl<'d> Reporter<'d> {
    /// Creates all counters at once, so that rates can be computed from the start.
    pub fn new(device: &'d Device<Config>, now: Instant) -> Self {
        let counter = |word: &'static str| {
            let help = "Messages by outcome.";
            (word, device.count_by("messages", help, "outcome", word))
        };
        Self {
            device,
            messages: LABELS.map(counter).into(),
            values_refused: device.count("values_refused", "Invalid values left out of a row."),
            sampler: Sampler::new(device.config.dead_letters, now),
            away_since: None,
        }
    }

    /// Counts a message, and puts a faulty one into the dead letters.
    pub fn outcome(&mut self, outcome: &Outcome, message: Incoming<'_>, now: Instant) {
        if let Some((_, counter)) = self.messages.iter().find(|(word, _)| *word == outcome.label()) {
            counter.count();
        }
        if let Some(refused) = outcome.refused() {
            self.values_refused.add(refused.count);
        }
        let reason = match outcome {
            Outcome::Row { refused: Some(refused), .. } | Outcome::NoValue(Some(refused)) => {
                refused.to_string()
            }
            Outcome::Malformed(why) => why.clone(),
            Outcome::Unmapped => "no rule matches the topic".to_owned(),
            _ => return,
        };
        if self.sampler.takes(message.topic, now) {
            let letter = sampler::dead_letter(message.topic, message.payload, message.arrival);
            self.device.bury(message.topic, &letter, &reason);
        }
    }

    /// Reports that the broker is connected.
    pub fn connected(&mut self, session_present: bool, now: Timestamp) {
        tracing::info!(session_present, "connected to the MQTT broker");
        self.device.connected(true);
        self.find(Verdict::Good, now, String::new());
        self.away_since = None;
    }

    /// Reports that the broker is not connected. Alerts if the error needs a person, or if the outage is longer than a
    /// restart.
    pub fn disconnected(&mut self, error: &Error, now: Timestamp) {
        let detail = self.device.redactor().scrub(&fault::chain(error)).into_owned();
        let is_passing = fault::Fault::kind(error).is_passing();
        tracing::warn!(error = &*detail, "no connection to the MQTT broker");
        self.device.connected(false);
        let since = *self.away_since.get_or_insert(now);
        let is_long = now.duration_since(since).as_secs() >= 60;
        if is_long || !is_passing {
            self.find(Verdict::Bad, since, detail);
        }
    }

    fn find(&self, verdict: Verdict, since: Timestamp, detail: String) {
        self.device.observe(Finding {
            rule: "broker",
            subject: BTreeMap::new(),
            verdict,
            since,
            severity: Severity::Critical,
            concern: None,
            title: format!("{} has no connection to the MQTT broker", crate::NAME),
            resolved_title: format!("{} is connected to the MQTT broker again", crate::NAME),
            detail,
            condition: "without a connection".to_owned(),
            value: None,
            limit: None,
            unit: None,
        });
    }
}

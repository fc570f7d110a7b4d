//! One update of the stored alerts: new observations go in, and each channel is sent the messages that follow.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use alert_channel::{Channel, Route, Thread};
use alert_engine::{Alert, ClaimRequest, Notification, Observation};
use futures_util::future::join_all;
use record::Timestamp;

use super::deliver::{Delivered, deliver};
use super::saved_alerts::{SaveError, SavedAlerts};
use super::storage::AlertStorage;

/// Alerts by key that neither the state nor the fallback could store: they last as long as the program runs.
pub(crate) type UnstoredAlerts = RefCell<BTreeMap<String, Alert>>;

/// One update of the stored alerts by a run.
pub(crate) struct AlertUpdate<'a, C> {
    pub(crate) channels: &'a [C],
    pub(crate) run: &'a str,
    /// Interval of reminders.
    pub(crate) reminder: Option<Duration>,
    /// Observations of the run, those of one thing oldest first.
    pub(crate) observations: Vec<Observation>,
    /// Whether a rule still covers an alert that has no observation in this run.
    pub(crate) is_covered: &'a dyn Fn(&Alert) -> bool,
    pub(crate) unstored: &'a UnstoredAlerts,
}

/// Result of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UpdateOutcome {
    /// Whether the state stored all alerts.
    pub(crate) is_stored: bool,
    /// Whether every message arrived, or never will.
    pub(crate) is_delivered: bool,
}

/// A notification that is claimed for one channel.
struct PendingNotification {
    channel: usize,
    notification: Notification,
    thread: Option<Thread>,
}

/// The claimed notifications, and the places of their alerts.
#[derive(Default)]
struct Claims<'a> {
    places: Vec<SavedAlerts<'a>>,
    /// Index of the place that has an alert, by the alert's key.
    place_of: BTreeMap<String, usize>,
    pending: Vec<PendingNotification>,
    /// Whether events wait for a later update.
    has_waiting_events: bool,
}

impl<C: Channel> AlertUpdate<'_, C> {
    /// Stores the alerts and sends the due messages. While nothing can be stored, each run sends the alerts
    /// that fire, and no end is sent.
    pub(crate) async fn apply(&self, storage: AlertStorage<'_>) -> UpdateOutcome {
        let mut claims = Claims::default();
        let in_state = self.store(storage.read_state().await, &mut claims).await;
        if let Err(error) = &in_state {
            let error = fault::chain(error);
            tracing::warn!(error, "state unavailable, storing alerts in a file beside the spool");
            if let Err(error) = self.store(storage.read_fallback().await, &mut claims).await {
                self.claim_unstored(&error, &mut claims);
            }
        }
        let Claims { mut places, place_of, pending, has_waiting_events } = claims;
        let delivered = self.deliver(pending).await;
        for (index, place) in places.iter_mut().enumerate() {
            let is_here = |delivered: &&Delivered| place_of.get(&delivered.key) == Some(&index);
            settle(place, self.run, delivered.iter().filter(is_here)).await;
        }
        self.settle_unstored(delivered.iter().filter(|delivered| !place_of.contains_key(&delivered.key)));
        let are_sent = delivered.iter().all(|delivered| delivered.is_sent);
        UpdateOutcome { is_stored: in_state.is_ok(), is_delivered: are_sent && !has_waiting_events }
    }

    /// Stores every alert that is not stored yet, with the observations and claims of this run.
    async fn store<'a>(
        &self,
        place: Result<SavedAlerts<'a>, SaveError>,
        claims: &mut Claims<'a>,
    ) -> Result<(), SaveError> {
        let mut place = place?;
        let stored = match self.move_unstored(&mut place).await {
            Ok(()) => self.store_in(&mut place, claims).await,
            Err(error) => Err(error),
        };
        // On an error, too: some may be stored there.
        claims.places.push(place);
        stored
    }

    async fn store_in(&self, place: &mut SavedAlerts<'_>, claims: &mut Claims<'_>) -> Result<(), SaveError> {
        let observations = by_key(&self.observations);
        let keys = place.keys().cloned().chain(observations.keys().map(|key| (*key).to_owned()));
        let keys: BTreeSet<String> = keys.filter(|key| !claims.place_of.contains_key(key)).collect();
        for key in keys {
            let of_the_alert = observations.get(key.as_str()).map_or(&[][..], Vec::as_slice);
            let now = Timestamp::now();
            match place.change(&key, |known| self.next(known, of_the_alert, now)).await? {
                Some(next) => claims.add(next),
                None => {
                    tracing::warn!(alert = key, "other runs keep changing this alert; it is left to them");
                }
            }
            claims.place_of.insert(key, claims.places.len());
        }
        Ok(())
    }

    /// Computes an alert after this run, and the notifications that follow.
    fn next(
        &self,
        known: Option<Alert>,
        observations: &[&Observation],
        now: Timestamp,
    ) -> (Option<Alert>, Next) {
        let after = observations.iter().fold(known, |alert, observation| Alert::after(alert, observation));
        let alert = match after {
            Some(alert) if observations.is_empty() && !(self.is_covered)(&alert) => {
                alert.abandoned(now, "no longer watched")
            }
            Some(alert) if alert.is_stale(now) => alert.abandoned(now, "not seen any more"),
            alert => alert,
        };
        let Some(mut alert) = alert else { return (None, Next::default()) };
        let pending = self.claim(&mut alert, now);
        alert.prune_events(now);
        let claimed = pending.len();
        let next = Next { pending, has_waiting_events: alert.has_waiting_events() && claimed == 0 };
        ((!alert.is_expired(now)).then_some(alert), next)
    }

    fn claim(&self, alert: &mut Alert, now: Timestamp) -> Vec<PendingNotification> {
        let routes: Vec<&Route> = self.channels.iter().map(Channel::route).collect();
        let wanted = routes.iter().filter(|route| route.takes(&alert.firing, &routes));
        let wanted: BTreeSet<String> = wanted.map(|route| route.name()).collect();
        alert.route_events(&wanted);
        let mut pending = Vec::new();
        for (channel, route) in routes.iter().enumerate() {
            let name = route.name();
            let thread = alert.channels.get(&name).and_then(|state| state.thread.clone()).map(Thread);
            let is_wanted = wanted.contains(&name);
            let may_repeat = route.may_repeat;
            let request = ClaimRequest { run: self.run, now, reminder: self.reminder, may_repeat };
            if let Some(notification) = alert.claim(&name, is_wanted, request) {
                pending.push(PendingNotification { channel, notification, thread });
            }
        }
        pending
    }

    /// Sends everything to its channel, all channels at once.
    async fn deliver(&self, pending: Vec<PendingNotification>) -> Vec<Delivered> {
        let mut by_channel: Vec<Vec<_>> = self.channels.iter().map(|_| Vec::new()).collect();
        for PendingNotification { channel, notification, thread } in pending {
            if let Some(of_channel) = by_channel.get_mut(channel) {
                of_channel.push((notification, thread));
            }
        }
        let channels = self.channels.iter().zip(by_channel);
        let deliveries = channels.map(|(channel, pending)| Box::pin(deliver(channel, pending)));
        join_all(deliveries).await.into_iter().flatten().collect()
    }

    /// Moves the alerts in memory to a place that can store them, one by one.
    async fn move_unstored(&self, place: &mut SavedAlerts<'_>) -> Result<(), SaveError> {
        let unstored = self.unstored.borrow().clone();
        for (key, alert) in unstored {
            if place.merge(&key, &alert).await?.is_some() {
                self.unstored.borrow_mut().remove(&key);
            }
        }
        Ok(())
    }

    fn claim_unstored(&self, error: &SaveError, claims: &mut Claims<'_>) {
        let error = fault::chain(error);
        tracing::warn!(error, "alerts cannot be stored; they are kept in memory until the program ends");
        let now = Timestamp::now();
        let observations = by_key(&self.observations);
        let mut unstored = self.unstored.borrow_mut();
        let keys = unstored.keys().cloned().chain(observations.keys().map(|key| (*key).to_owned()));
        let keys: BTreeSet<String> = keys.filter(|key| !claims.place_of.contains_key(key)).collect();
        for key in keys {
            let of_the_alert = observations.get(key.as_str()).map_or(&[][..], Vec::as_slice);
            let (alert, next) = self.next(unstored.remove(&key), of_the_alert, now);
            claims.add(next);
            unstored.extend(alert.map(|alert| (key, alert)));
        }
    }

    fn settle_unstored<'d>(&self, delivered: impl Iterator<Item = &'d Delivered>) {
        for delivered in delivered {
            if let Some(alert) = self.unstored.borrow_mut().get_mut(&delivered.key) {
                alert.settle(&delivered.channel, self.run, delivered.outcome(), Timestamp::now());
            }
        }
    }
}

/// The notifications of one alert that a run has to send.
#[derive(Default)]
struct Next {
    pending: Vec<PendingNotification>,
    has_waiting_events: bool,
}

impl Claims<'_> {
    fn add(&mut self, next: Next) {
        self.pending.extend(next.pending);
        self.has_waiting_events |= next.has_waiting_events;
    }
}

fn by_key(observations: &[Observation]) -> BTreeMap<&str, Vec<&Observation>> {
    let mut by_key = BTreeMap::<&str, Vec<_>>::new();
    for observation in observations {
        by_key.entry(&observation.key).or_default().push(observation);
    }
    by_key
}

/// Stores the result of each message.
async fn settle(place: &mut SavedAlerts<'_>, run: &str, delivered: impl Iterator<Item = &Delivered>) {
    const NOT_STORED: &str = "the result of sending this alert could not be stored";
    place.restart_time_limit();
    for result in delivered {
        let (Delivered { channel, key, .. }, outcome) = (result, result.outcome());
        let now = Timestamp::now();
        let settled = place.change(key, |alert| {
            let alert = alert.map(|mut alert| {
                alert.settle(channel, run, outcome, now);
                alert
            });
            (alert, ())
        });
        match settled.await {
            Ok(Some(())) => {}
            Ok(None) => tracing::warn!(alert = key, "{NOT_STORED}"),
            Err(error) => tracing::warn!(error = fault::chain(&error), alert = key, "{NOT_STORED}"),
        }
    }
}

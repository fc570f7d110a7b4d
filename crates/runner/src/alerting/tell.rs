//! Keeps alerts as the run found them, and tells each channel what it does not know yet.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use alert_channel::{Channel, Route, Thread};
use alert_engine::{Alert, Notification, Observation, Outcome, Teller};
use futures_util::future::join_all;
use record::Timestamp;

use super::deliver::{Told, deliver};
use super::kept::{Kept, Unkept};
use super::memory::Memory;

/// What a run has seen, and who is to hear of it.
pub(crate) struct Telling<'a, C> {
    pub(crate) channels: &'a [C],
    pub(crate) run: &'a str,
    /// After how long people are told again.
    pub(crate) reminder: Option<Duration>,
    /// Oldest first, of each thing.
    pub(crate) seen: Vec<Observation>,
    /// Whether anybody still looks after an alert that was not seen in this run.
    pub(crate) is_watched: &'a dyn Fn(&Alert) -> bool,
}

/// What became of what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Whether the state kept all of it.
    pub(crate) is_kept: bool,
    /// Whether every message arrived, or never will.
    pub(crate) is_told: bool,
}

/// What one channel is to be told of one alert.
struct Said {
    channel: usize,
    notification: Notification,
    thread: Option<Thread>,
}

/// What was claimed, and where.
#[derive(Default)]
struct Claims<'a> {
    places: Vec<Kept<'a>>,
    /// Which place has an alert, by its key.
    kept: BTreeMap<String, usize>,
    said: Vec<Said>,
}

impl<C: Channel> Telling<'_, C> {
    /// Keeps and tells. Where nothing can be kept, what is bad is told by each
    /// run, and no end is.
    pub(crate) async fn tell(&self, memory: Memory<'_>) -> Heard {
        let mut claims = Claims::default();
        let in_state = self.remember(memory.of_state().await, &mut claims).await;
        if let Err(error) = &in_state {
            let error = fault::chain(error);
            tracing::warn!(error, "alerts are kept beside the spool until the state can be used");
            if let Err(error) = self.remember(memory.of_spare().await, &mut claims).await {
                self.claim_without_memory(&error, &mut claims);
            }
        }
        let Claims { mut places, kept, said } = claims;
        let told = self.deliver(said).await;
        for (place, kept_here) in places.iter_mut().enumerate() {
            let is_here = |told: &&Told| kept.get(&told.key) == Some(&place);
            settle(kept_here, self.run, told.iter().filter(is_here)).await;
        }
        Heard { is_kept: in_state.is_ok(), is_told: told.iter().all(|told| told.is_sent) }
    }

    /// Keeps every alert that is not kept yet, with what this run saw and claims to say.
    async fn remember<'a>(
        &self,
        place: Result<Kept<'a>, Unkept>,
        claims: &mut Claims<'a>,
    ) -> Result<(), Unkept> {
        let mut place = place?;
        let remembered = self.remember_in(&mut place, claims).await;
        // On an error, too: some may be kept there.
        claims.places.push(place);
        remembered
    }

    async fn remember_in(&self, place: &mut Kept<'_>, claims: &mut Claims<'_>) -> Result<(), Unkept> {
        let seen = by_key(&self.seen);
        let keys = place.keys().cloned().chain(seen.keys().map(|key| (*key).to_owned()));
        let keys: BTreeSet<String> = keys.filter(|key| !claims.kept.contains_key(key)).collect();
        for key in keys {
            let of_the_alert = seen.get(key.as_str()).map_or(&[][..], Vec::as_slice);
            let now = Timestamp::now();
            match place.change(&key, |known| self.next(known, of_the_alert, now)).await? {
                Some(claimed) => claims.said.extend(claimed),
                None => tracing::warn!(alert = key, "other runs keep changing it; it is left to them"),
            }
            claims.kept.insert(key, claims.places.len());
        }
        Ok(())
    }

    /// An alert after this run, and what is said of it.
    fn next(
        &self,
        known: Option<Alert>,
        seen: &[&Observation],
        now: Timestamp,
    ) -> (Option<Alert>, Vec<Said>) {
        let after = seen.iter().fold(known, |alert, seen| Alert::after(alert, seen));
        let alert = match after {
            Some(alert) if seen.is_empty() && !(self.is_watched)(&alert) => {
                alert.abandoned(now, "no longer watched")
            }
            Some(alert) if alert.is_forgotten(now) => alert.abandoned(now, "not seen any more"),
            alert => alert,
        };
        let Some(mut alert) = alert else { return (None, Vec::new()) };
        let said = self.claim(&mut alert, now);
        let is_over = alert.channels.is_empty() && alert.is_history(now);
        ((!is_over).then_some(alert), said)
    }

    fn claim(&self, alert: &mut Alert, now: Timestamp) -> Vec<Said> {
        let routes: Vec<&Route> = self.channels.iter().map(Channel::route).collect();
        let mut said = Vec::new();
        for (channel, route) in routes.iter().enumerate() {
            let name = route.name();
            let thread = alert.channels.get(&name).and_then(|told| told.thread.clone()).map(Thread);
            let is_wanted = route.takes(&alert.firing, &routes);
            let may_repeat = route.may_repeat;
            let teller = Teller { run: self.run, now, reminder: self.reminder, may_repeat };
            if let Some(notification) = alert.claim(&name, is_wanted, teller) {
                said.push(Said { channel, notification, thread });
            }
        }
        said
    }

    /// Brings everything to its channel, all channels at once.
    async fn deliver(&self, said: Vec<Said>) -> Vec<Told> {
        let mut of_channels: Vec<Vec<_>> = self.channels.iter().map(|_| Vec::new()).collect();
        for Said { channel, notification, thread } in said {
            if let Some(of_channel) = of_channels.get_mut(channel) {
                of_channel.push((notification, thread));
            }
        }
        let deliveries =
            self.channels.iter().zip(of_channels).map(|(channel, said)| Box::pin(deliver(channel, said)));
        join_all(deliveries).await.into_iter().flatten().collect()
    }

    fn claim_without_memory(&self, error: &Unkept, claims: &mut Claims<'_>) {
        let error = fault::chain(error);
        tracing::warn!(error, "alerts cannot be remembered: what is bad is told by each run, and no end is");
        let now = Timestamp::now();
        let seen = by_key(&self.seen).into_iter().filter(|(key, _)| !claims.kept.contains_key(*key));
        let said: Vec<_> = seen.flat_map(|(_, seen)| self.next(None, &seen, now).1).collect();
        claims.said.extend(said);
    }
}

fn by_key(seen: &[Observation]) -> BTreeMap<&str, Vec<&Observation>> {
    let mut by_key = BTreeMap::<&str, Vec<_>>::new();
    for observation in seen {
        by_key.entry(&observation.key).or_default().push(observation);
    }
    by_key
}

/// Notes what became of each message.
async fn settle(kept: &mut Kept<'_>, run: &str, told: impl Iterator<Item = &Told>) {
    kept.be_patient();
    for Told { channel, key, is_sent, thread } in told {
        let outcome =
            if *is_sent { Outcome::Sent(thread.as_ref().map(|thread| &*thread.0)) } else { Outcome::NotSent };
        let now = Timestamp::now();
        let settled = kept.change(key, |alert| {
            let alert = alert.map(|mut alert| {
                alert.settle(channel, run, outcome, now);
                alert
            });
            (alert, ())
        });
        match settled.await {
            Ok(Some(())) => {}
            Ok(None) => tracing::warn!(alert = key, "what became of its message could not be kept"),
            Err(error) => {
                tracing::warn!(
                    error = fault::chain(&error),
                    alert = key,
                    "what became of its message could not be kept"
                );
            }
        }
    }
}

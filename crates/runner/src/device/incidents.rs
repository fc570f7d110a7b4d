//! Alerts about records that were lost or refused: one each, over when an hour has passed without another.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use alert_engine::{Severity, Verdict};
use record::Timestamp;
use spool::{Cause, Dropped};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::Finding;
use crate::context::Context;
use crate::outbox::records;
use crate::tally::Tally;

/// Time without another after which it is over.
const QUIET: Duration = Duration::from_hours(1);

/// Interval of log lines while records are being lost.
const LOG_EVERY: Duration = Duration::from_mins(1);

/// Records that were lost by a limit of the spool, or refused by a store.
#[derive(Debug)]
pub(crate) struct Incidents {
    context: Rc<Context>,
    drops: Incident,
    refusals: Incident,
    drop_range: RefCell<Option<(Timestamp, Timestamp)>>,
    happened: Notify,
    logged: Cell<Option<Instant>>,
    unlogged: Cell<usize>,
}

/// Something that happened to records, several times perhaps.
#[derive(Debug)]
struct Incident {
    /// Number of records since it began.
    records: Cell<usize>,
    began: Cell<Timestamp>,
    /// The last time it happened. An earlier start of the program may have reported it, so the start counts.
    last: Cell<Instant>,
    /// The count in all at the last look.
    seen: Cell<usize>,
    is_over: Cell<bool>,
}

impl Incidents {
    pub(crate) fn new(context: Rc<Context>) -> Self {
        let (drops, refusals) = (Incident::new(), Incident::new());
        Self {
            context,
            drops,
            refusals,
            drop_range: RefCell::default(),
            happened: Notify::new(),
            logged: Cell::default(),
            unlogged: Cell::default(),
        }
    }

    /// Reports records that the spool dropped.
    pub(crate) fn dropped(&self, dropped: &[Dropped]) {
        for gone in dropped {
            let count = usize::try_from(gone.records).unwrap_or(usize::MAX);
            let store = gone.destination.as_str();
            let (from, to, limit) = (gone.first, gone.last, limit(gone.cause));
            if self.drops.happened(count) {
                self.drop_range.replace(None);
            }
            self.log(store, count, limit);
            let widest = |known: (Timestamp, Timestamp)| (known.0.min(from), known.1.max(to));
            let range = self.drop_range.borrow().map_or((from, to), widest);
            self.drop_range.replace(Some(range));
            let format = "%Y-%m-%d %H:%M";
            let (from, to) = (range.0.strftime(format), range.1.strftime(format));
            let count = records(self.drops.records.get());
            self.report(
                &DROPPED,
                &self.drops,
                Verdict::Bad,
                format!("{count} of {from} to {to} UTC; {limit}"),
            );
        }
    }

    /// Reports records that were refused since the last look.
    pub(crate) fn look_at(&self, tally: &Tally) {
        let all = tally.total().refused;
        let new = all.saturating_sub(self.refusals.seen.replace(all));
        if new > 0 {
            self.refusals.happened(new);
            let path = self.context.delivery.outbox.spooling.place();
            let count = records(self.refusals.records.get());
            let detail =
                format!("{count}, the last one by {}; see the dead letters in {path}", tally.refusal());
            self.report(&REFUSED, &self.refusals, Verdict::Bad, detail);
        }
    }

    /// Ends each alert, an hour after it happened last.
    pub(crate) async fn run(&self) {
        loop {
            let open = [(&DROPPED, &self.drops), (&REFUSED, &self.refusals)];
            let open = open.into_iter().filter(|(_, incident)| !incident.is_over.get());
            let Some((words, incident)) = open.min_by_key(|(_, incident)| incident.last.get()) else {
                self.happened.notified().await;
                continue;
            };
            sleep_until(incident.last.get() + QUIET).await;
            if incident.last.get().elapsed() >= QUIET {
                incident.is_over.set(true);
                self.report(words, incident, Verdict::Good, String::new());
            }
        }
    }

    /// While the spool is full, each batch that comes drops another; a line a minute says as much.
    fn log(&self, store: &str, count: usize, limit: &str) {
        let is_due = self.logged.get().is_none_or(|last| last.elapsed() >= LOG_EVERY);
        let records = self.unlogged.get().saturating_add(count);
        self.unlogged.set(if is_due { 0 } else { records });
        if is_due {
            self.logged.set(Some(Instant::now()));
            tracing::error!(store, records, limit, "records were dropped");
        }
    }

    fn report(&self, words: &Wording, incident: &Incident, verdict: Verdict, detail: String) {
        let program = self.context.name();
        let (firing, over) = (format!("{program} {}", words.firing), format!("{program} {}", words.over));
        self.context.note(Finding {
            rule: words.rule,
            subject: BTreeMap::new(),
            verdict,
            since: incident.began.get(),
            severity: Severity::Critical,
            concern: None,
            title: firing,
            resolved_title: over,
            detail,
            condition: words.doing.to_owned(),
            value: None,
            limit: None,
            unit: None,
        });
        if verdict == Verdict::Bad {
            self.happened.notify_one();
        }
    }
}

impl Incident {
    fn new() -> Self {
        Self {
            records: Cell::new(0),
            began: Cell::new(Timestamp::now()),
            last: Cell::new(Instant::now()),
            seen: Cell::new(0),
            is_over: Cell::new(false),
        }
    }

    /// Notes that it happened to so many records, and returns whether it begins with them.
    fn happened(&self, count: usize) -> bool {
        let begins = self.is_over.replace(false) || self.records.get() == 0;
        if begins {
            self.records.set(0);
            self.began.set(Timestamp::now());
        }
        self.records.set(self.records.get().saturating_add(count));
        self.last.set(Instant::now());
        begins
    }
}

fn limit(cause: Cause) -> &'static str {
    match cause {
        Cause::Bytes => "the spool is as large as SPOOL_MAX_BYTES allows",
        Cause::Age => "they waited longer than SPOOL_MAX_AGE_HOURS",
        Cause::Damage => "the file of the spool is damaged",
        Cause::DeadLetters => "newer dead letters took their place",
        _ => "the spool dropped them",
    }
}

struct Wording {
    rule: &'static str,
    firing: &'static str,
    over: &'static str,
    doing: &'static str,
}

const DROPPED: Wording = Wording {
    rule: "dropped",
    firing: "lost records",
    over: "has lost no records for an hour",
    doing: "losing records",
};

const REFUSED: Wording = Wording {
    rule: "refused",
    firing: "has records that a store refuses",
    over: "has had no record refused for an hour",
    doing: "refused",
};

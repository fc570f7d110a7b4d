//! The numbers of `/metrics`, made anew at each request from the counts that are there anyway.

use std::sync::atomic::AtomicU64;

use http_server::prometheus::metrics::counter::Counter;
use http_server::prometheus::metrics::family::Family;
use http_server::prometheus::metrics::gauge::Gauge;
use http_server::prometheus::metrics::info::Info;
use http_server::prometheus::registry::Registry;
use record::Timestamp;

use super::core::Core;
use super::counter::Labels;
use super::readings::FailureReason;
use super::source::DeviceSource;
use crate::tally::Counts;

type Decimal = Gauge<f64, AtomicU64>;

/// All numbers of a device.
///
/// Counters are kept as plain numbers where the counting is done, so that counting costs nothing.
pub(crate) fn registry(core: &Core) -> Registry {
    let identity = &core.context.identity;
    let program = [("program".into(), identity.program.clone().into())];
    let instance = identity.instance.iter().map(|name| ("instance".into(), name.clone().into()));
    let mut registry = Registry::with_labels(program.into_iter().chain(instance));
    let version = Info::new(vec![("version", identity.version.clone())]);
    registry.register("program", "The program", version);
    decimal(&mut registry, "process_start_time_seconds", "When it started", seconds(core.context.started));
    readings(&mut registry, core);
    stores(&mut registry, core);
    core.counters.each(|name, named| {
        let numbers = named.counters.iter().map(|(labels, counter)| (labels.clone(), counter.get()));
        counters(&mut registry, name, named.help, numbers);
    });
    registry
}

fn readings(registry: &mut Registry, core: &Core) {
    let sources = core.sources();
    let good = sources.iter().map(|source| (sensor(source), source.readings.count()));
    counters(registry, "readings", "Good readings", good);
    let failed = sources.iter().flat_map(|source| {
        let counts = source.readings.failures();
        FailureReason::ALL.map(|reason| {
            let count = counts.iter().find(|(other, _)| *other == reason).map_or(0, |(_, count)| *count);
            let labels = [sensor(source), vec![("reason", reason.name().to_owned())]].concat();
            (labels, count)
        })
    });
    counters(registry, "readings_failed", "Failed readings", failed);
    let last = Family::<Labels, Decimal>::default();
    for source in &sources {
        if let Some(time) = source.readings.last_good() {
            last.get_or_create(&sensor(source)).set(seconds(time));
        }
    }
    registry.register("last_reading_timestamp_seconds", "When the last good reading was", last);
}

/// The label of a sensor that has a name.
fn sensor(source: &DeviceSource) -> Labels {
    source.name.iter().map(|name| ("sensor", name.clone())).collect()
}

fn stores(registry: &mut Registry, core: &Core) {
    let outbox = &core.context.delivery.outbox;
    let (up, waiting) = (Family::<Labels, Gauge>::default(), Family::<Labels, Gauge>::default());
    let (bytes, oldest) = (Family::<Labels, Gauge>::default(), Family::<Labels, Decimal>::default());
    for (store, is_up) in core.dispatcher.stores() {
        let labels = of(store);
        up.get_or_create(&labels).set(i64::from(is_up));
        let there = outbox.spooling.waiting(store);
        waiting.get_or_create(&labels).set(clamped(there.records));
        bytes.get_or_create(&labels).set(clamped(there.bytes));
        let age = there.oldest.map_or(0.0, |oldest| seconds(Timestamp::now()) - seconds(oldest));
        oldest.get_or_create(&labels).set(age.max(0.0));
    }
    registry.register("store_up", "Whether the store takes records", up);
    registry.register("records_spooled", "Records that wait in the spool", waiting);
    registry.register("spool_bytes", "Bytes of the batches that wait in the spool", bytes);
    registry.register("spool_oldest_seconds", "For how long the oldest batch has waited", oldest);

    let of_each = |number: fn(Counts) -> usize| {
        let stores = core.dispatcher.stores();
        stores.map(|(store, _)| (of(store), wide(number(outbox.tally.of(store))))).collect::<Vec<_>>()
    };
    counters(registry, "records_stored", "Records that the store has", of_each(|counts| counts.stored));
    let dropped = of_each(|counts| counts.dropped);
    counters(registry, "records_dropped", "Records that a limit of the spool gave up", dropped);
    let refused = of_each(|counts| counts.refused);
    counters(registry, "records_refused", "Records that the store will never take", refused);
}

fn counters(
    registry: &mut Registry,
    name: &'static str,
    help: &'static str,
    numbers: impl IntoIterator<Item = (Labels, u64)>,
) {
    let family = Family::<Labels, Counter>::default();
    for (labels, number) in numbers {
        family.get_or_create(&labels).inc_by(number);
    }
    registry.register(name, help, family);
}

fn decimal(registry: &mut Registry, name: &'static str, help: &'static str, number: f64) {
    let gauge = Decimal::default();
    gauge.set(number);
    registry.register(name, help, gauge);
}

fn of(store: &'static str) -> Labels {
    vec![("store", store.to_owned())]
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}

fn clamped(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

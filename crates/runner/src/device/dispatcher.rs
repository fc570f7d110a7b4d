//! The dispatcher of a device: brings its records to their stores, for as long as it runs.

use std::rc::Rc;

use futures_util::future::join_all;
use record::Batch;
use tokio::time::Instant;

use super::dispatch_context::DispatchContext;
use super::store_delivery::{StoreDelivery, find};
use crate::Failure;
use crate::context::Context;

/// Brings the records of a device to their stores.
///
/// While a store is away, batches for it are made durable in the spool, and the oldest of them is offered to it again
/// and again. When it takes one it is back: the batches in the spool are delivered beside the new ones.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    context: DispatchContext,
    deliveries: Vec<Rc<StoreDelivery>>,
}

impl Dispatcher {
    pub(crate) fn new(context: Rc<Context>) -> Self {
        let stores = context.delivery.outbox.router.stores();
        let deliveries = stores.map(|store| Rc::new(StoreDelivery::to(store))).collect();
        Self { context: DispatchContext::new(context), deliveries }
    }

    /// Makes valid records durable: in each store they go to, or in the spool.
    pub(crate) async fn store(&self, batch: &Batch<'_>) -> Result<(), Failure> {
        let outbox = self.context.outbox();
        self.context.incidents.look_at(&outbox.tally);
        let stores = outbox.stores_for(batch.schema())?;
        if batch.is_empty() {
            return Ok(());
        }
        let ways = stores.into_iter().filter_map(|store| Some((find(&self.deliveries, store)?, store)));
        let store = ways.map(|(delivery, store)| delivery.store(&self.context, store, batch));
        let failures = join_all(store).await.into_iter().filter_map(Result::err).collect();
        Failure::all(failures).map_or(Ok(()), Err)
    }

    /// Delivers the batches in the spool, for as long as the program runs.
    pub(crate) async fn run(&self) {
        let stores = self.context.outbox().router.stores();
        let ways = stores.filter_map(|store| Some((find(&self.deliveries, store)?, store)));
        let run = ways.map(|(delivery, store)| delivery.run(&self.context, store));
        tokio::join!(join_all(run), self.context.incidents.run());
    }

    /// Number of records in the spool.
    pub(crate) fn waiting(&self) -> u64 {
        let spooling = &self.context.outbox().spooling;
        self.deliveries.iter().map(|delivery| spooling.waiting(delivery.name()).records).sum()
    }

    /// The time of the last delivery.
    pub(crate) fn last_delivery(&self) -> Option<Instant> {
        self.context.delivered.get()
    }

    /// Each store, and whether it takes records.
    pub(crate) fn stores(&self) -> impl Iterator<Item = (&'static str, bool)> {
        self.deliveries.iter().map(|delivery| (delivery.name(), delivery.is_up()))
    }
}

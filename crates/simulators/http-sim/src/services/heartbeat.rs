//! A heartbeat monitor like Uptime Kuma and healthchecks, which counts the calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Reply, Request, Service};

/// Monitor that answers every GET with `OK` and counts it. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Heartbeat {
    beats: Arc<AtomicU64>,
}

impl Heartbeat {
    /// Creates a monitor without heartbeats.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of heartbeats.
    pub fn beats(&self) -> u64 {
        self.beats.load(Ordering::SeqCst)
    }
}

impl Service for Heartbeat {
    fn reply(&self, request: &Request) -> Reply {
        if request.method != "GET" {
            return Reply::text(405, "a heartbeat is a GET").header("allow", "GET");
        }
        self.beats.fetch_add(1, Ordering::SeqCst);
        Reply::text(200, "OK")
    }
}

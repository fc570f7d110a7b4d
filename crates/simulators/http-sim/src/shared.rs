//! State of a server: its service, its faults, and the requests it has received.

use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fault::inject;
use crate::{InjectedFault, Reply, Request, Service};

/// State that the thread of a server shares with its owner.
pub(crate) struct Shared {
    service: Box<dyn Service>,
    faults: Mutex<Vec<InjectedFault>>,
    requests: Mutex<Vec<Request>>,
    log: Mutex<Option<Box<dyn Write + Send>>>,
}

impl Shared {
    pub(crate) fn new(service: impl Service, log: Option<Box<dyn Write + Send>>) -> Self {
        let (faults, requests) = Default::default();
        Self { service: Box::new(service), faults, requests, log: Mutex::new(log) }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        locked(&self.requests).clone()
    }

    pub(crate) fn set_fault(&self, fault: InjectedFault) {
        locked(&self.faults).push(fault);
    }

    pub(crate) fn clear_faults(&self) {
        locked(&self.faults).clear();
    }

    /// Records the request, and answers it, or injects a fault.
    pub(crate) fn answer(&self, request: &Request) -> Reply {
        if let Some(log) = locked(&self.log).as_mut() {
            // A failed log does not change the reply.
            let _ = writeln!(log, "{}", request.to_log_line()).and_then(|()| log.flush());
        }
        locked(&self.requests).push(request.clone());
        let fault = locked(&self.faults).iter_mut().find_map(|fault| fault.applies_to(request));
        match fault {
            Some(kind) => inject(kind, request, &*self.service),
            None => self.service.reply(request),
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("faults", &self.faults).finish_non_exhaustive()
    }
}

/// Locks a mutex, also after a panic of a service, so that other threads can go on.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Several services on one server, selected by the start of the path.

use std::fmt;
use std::sync::Arc;

use crate::{Reply, Request, Service};

/// Router by path prefix. The longest matching prefix applies; without one, the reply is 404.
///
/// A service sees the path without its prefix, and a [`Request::base`] with it, so that its links lead back to it.
#[derive(Clone, Default)]
pub struct Paths {
    mounts: Vec<(String, Arc<dyn Service>)>,
}

impl Paths {
    /// Creates a router without services.
    pub fn new() -> Self {
        Self::default()
    }

    /// Mounts `service` at `prefix`: `/nws`, or `/` for all other paths.
    #[must_use]
    pub fn mount(self, prefix: &str, service: impl Service) -> Self {
        self.mount_shared(prefix, Arc::new(service))
    }

    /// Mounts a service whose type is known only at run time.
    #[must_use]
    pub fn mount_shared(mut self, prefix: &str, service: Arc<dyn Service>) -> Self {
        self.mounts.push((prefix.trim_end_matches('/').to_owned(), service));
        self.mounts.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        self
    }
}

impl Service for Paths {
    fn reply(&self, request: &Request) -> Reply {
        let below = |prefix: &str| {
            request.path.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let found = self.mounts.iter().find_map(|(prefix, service)| Some((prefix, below(prefix)?, service)));
        let Some((prefix, rest, service)) = found else {
            return Reply::text(404, "no service at this path");
        };
        let path = if rest.is_empty() { "/" } else { rest };
        let base = format!("{}{prefix}", request.base);
        service.reply(&Request { path: path.to_owned(), base, ..request.clone() })
    }
}

impl fmt::Debug for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.mounts.iter().map(|(prefix, _)| prefix)).finish()
    }
}

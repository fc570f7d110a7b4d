//! A folder of replies, served according to its `routes.toml`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use serde::Deserialize;

use crate::{Reply, Request, Service};

/// Service that replays the replies in a folder.
///
/// `routes.toml` lists them; the first matching route applies.
///
/// ```toml
/// [[route]]
/// method = "GET"                      # any, if left out
/// path = "/points/*"                  # a star is any text
/// query = { units = "us" }            # parameters that must be there; others may
/// status = 200
/// files = ["first.json", "then.json"] # in turn, the last one for ever; or `file` for one; or none: no body
/// headers = { "cache-control" = "no-store" }
/// ```
///
/// Without it, `response.json` answers everything. `{{base}}` in a body or header is replaced by the server's own
/// address, so that links can be followed.
#[derive(Debug, Clone)]
pub struct Files {
    routes: Arc<[Route]>,
}

/// Errors of [`Files::open`].
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A file is missing or cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// `routes.toml` is invalid.
    #[error("{} is not a list of routes", path.display())]
    Routes {
        /// The file.
        path: PathBuf,
        /// Position and cause.
        source: Box<toml::de::Error>,
    },
}

/// Placeholder for the server's address.
const BASE: &str = "{{base}}";

impl Files {
    /// Reads the folder.
    ///
    /// # Errors
    /// A file is missing or invalid.
    pub fn open(folder: &Path) -> Result<Self, FilesError> {
        let path = folder.join("routes.toml");
        let table = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text)
                .map_err(|source| FilesError::Routes { path, source: Box::new(source) })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => RouteTable::catch_all(),
            Err(source) => return Err(FilesError::Read { path, source }),
        };
        let routes =
            table.route.into_iter().map(|entry| Route::load(folder, entry)).collect::<Result<_, _>>()?;
        Ok(Self { routes })
    }
}

impl Service for Files {
    fn reply(&self, request: &Request) -> Reply {
        match self.routes.iter().find(|route| route.fits(request)) {
            Some(route) => route.reply(&request.base),
            None => Reply::text(404, &format!("no route for {} {}", request.method, request.target)),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteTable {
    #[serde(default)]
    route: Vec<RouteEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteEntry {
    method: Option<String>,
    path: String,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default = "ok")]
    status: u16,
    file: Option<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

fn ok() -> u16 {
    200
}

impl RouteTable {
    fn catch_all() -> Self {
        let entry = RouteEntry {
            method: None,
            path: "*".into(),
            query: BTreeMap::new(),
            status: ok(),
            file: Some("response.json".into()),
            files: Vec::new(),
            headers: BTreeMap::new(),
        };
        Self { route: vec![entry] }
    }
}

/// A route with its bodies in memory and the index of the next one.
#[derive(Debug)]
struct Route {
    entry: RouteEntry,
    bodies: Vec<(&'static str, Bytes)>,
    turn: AtomicUsize,
}

impl Route {
    fn load(folder: &Path, entry: RouteEntry) -> Result<Self, FilesError> {
        let read = |name: &String| {
            let path = folder.join(name);
            let body = std::fs::read(&path).map_err(|source| FilesError::Read { path, source })?;
            Ok((content_type(name), Bytes::from(body)))
        };
        let bodies = entry.file.iter().chain(&entry.files).map(read).collect::<Result<_, _>>()?;
        Ok(Self { entry, bodies, turn: AtomicUsize::new(0) })
    }

    fn fits(&self, request: &Request) -> bool {
        self.entry.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
            && glob(&self.entry.path, &request.path)
            && self.entry.query.iter().all(|(name, value)| request.param(name) == Some(value))
    }

    fn reply(&self, base: &str) -> Reply {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let reply = match self.bodies.get(turn).or(self.bodies.last()) {
            Some((content_type, body)) => Reply::new(self.entry.status, content_type, rebase(body, base)),
            None => Reply::empty(self.entry.status),
        };
        let headers = self.entry.headers.iter();
        headers.fold(reply, |reply, (name, value)| reply.header(name, &value.replace(BASE, base)))
    }
}

fn rebase(body: &Bytes, base: &str) -> Bytes {
    match std::str::from_utf8(body) {
        Ok(text) if text.contains(BASE) => text.replace(BASE, base).into(),
        _ => body.clone(),
    }
}

fn content_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("json") => "application/json",
        Some("geojson") => "application/geo+json",
        Some("xml") => "application/xml",
        Some("csv") => "text/csv",
        Some("html") => "text/html",
        Some("txt") => "text/plain",
        _ => "application/octet-stream",
    }
}

/// Whether `path` is `pattern` with each star replaced by some text, which may be empty and may hold slashes.
fn glob(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((head, rest)) => path.strip_prefix(head).is_some_and(|tail| {
            let starts = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
            starts.filter_map(|at| tail.get(at..)).any(|tail| glob(rest, tail))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text() {
        let fits =
            [("/a", "/a"), ("/a/*", "/a/b/c"), ("*/hourly", "/grid/1,2/hourly"), ("/a*", "/a"), ("*", "/é")];
        assert!(fits.iter().all(|(pattern, path)| glob(pattern, path)));
        let not = [("/a", "/a/b"), ("/a/*", "/a"), ("*/hourly", "/grid/daily")];
        assert!(!not.iter().any(|(pattern, path)| glob(pattern, path)));
    }
}

//! All routes of a server, with authentication and security headers.

use std::collections::BTreeMap;

use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Method, StatusCode};
use prometheus_client::registry::Registry;

use crate::{Access, Response, Route, get};

/// Default policy: no content of any kind.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// All routes of a server, with authentication and security headers.
#[derive(Debug)]
pub struct Router {
    routes: Vec<Route>,
    access: Option<Access>,
    policy: HeaderValue,
}

/// A matching route, with the values of its path parameters.
pub(crate) type Found<'a> = (&'a Route, BTreeMap<&'static str, String>);

impl Router {
    /// Creates a router without routes and without authentication.
    pub fn new() -> Self {
        Self { routes: Vec::new(), access: None, policy: HeaderValue::from_static(NOTHING) }
    }

    /// Adds a route. If two match a request, the first one answers.
    #[must_use]
    pub fn route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// Adds the public route `GET /healthz`: 200 and `ok`, or 503 and the problem that `check` found.
    #[must_use]
    pub fn health(self, check: impl AsyncFn() -> Result<(), String> + 'static) -> Self {
        self.route(
            get("/healthz", async move |_| match check().await {
                Ok(()) => Response::text("ok\n"),
                Err(problem) => {
                    Response::text(format!("{problem}\n")).with_status(StatusCode::SERVICE_UNAVAILABLE)
                }
            })
            .public(),
        )
    }

    /// Adds `GET /metrics`, with the metrics that `collect` returns.
    #[must_use]
    pub fn metrics(self, collect: impl AsyncFn() -> Registry + 'static) -> Self {
        self.route(get("/metrics", async move |_| Response::metrics(&collect().await)))
    }

    /// Requires credentials on every route that is not public; `None` requires none.
    #[must_use]
    pub fn access(self, access: Option<Access>) -> Self {
        Self { access, ..self }
    }

    /// Sets the `Content-Security-Policy` of pages ([CSP 3](https://www.w3.org/TR/CSP3/)). The default forbids
    /// everything.
    #[must_use]
    pub fn content_security_policy(self, policy: &'static str) -> Self {
        Self { policy: HeaderValue::from_static(policy), ..self }
    }

    /// Whether no credentials are required.
    pub(crate) fn is_open(&self) -> bool {
        self.access.is_none()
    }

    /// Finds the route of a request, or returns the error response.
    ///
    /// Unauthenticated requests get 401 for every path, so that they do not reveal which paths exist.
    pub(crate) fn find(
        &self,
        method: &Method,
        path: &str,
        authorization: Option<&[u8]>,
    ) -> Result<Found<'_>, Response> {
        let here = || self.routes.iter().filter_map(|route| Some((route, route.matches(path)?)));
        let found = here().find(|(route, _)| route.method == method);
        let is_public = found.as_ref().is_some_and(|(route, _)| route.is_public);
        if let Some(access) =
            self.access.as_ref().filter(|access| !is_public && !access.allows(authorization))
        {
            let refusal = Response::error(StatusCode::UNAUTHORIZED, "credentials are required");
            return Err(refusal.with(WWW_AUTHENTICATE, HeaderValue::from_static(access.challenge())));
        }
        found.ok_or_else(|| {
            let mut allowed: Vec<_> = here().map(|(route, _)| route.method.as_str()).collect();
            if allowed.is_empty() {
                return Response::error(StatusCode::NOT_FOUND, "no such page");
            }
            if allowed.contains(&Method::GET.as_str()) {
                allowed.push(Method::HEAD.as_str());
            }
            let refusal = Response::error(StatusCode::METHOD_NOT_ALLOWED, "method not allowed");
            refusal.with_header(ALLOW.as_str(), &allowed.join(", "))
        })
    }

    /// Headers of a response: its own, and the defaults.
    pub(crate) fn headers(&self, own: Vec<(HeaderName, HeaderValue)>) -> HeaderMap {
        let fixed = |text: &'static str| HeaderValue::from_static(text);
        let every = [
            (CONTENT_SECURITY_POLICY, self.policy.clone()),
            (X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
            (X_FRAME_OPTIONS, fixed("DENY")),
            (REFERRER_POLICY, fixed("no-referrer")),
            (HeaderName::from_static("cross-origin-resource-policy"), fixed("same-origin")),
            (CACHE_CONTROL, fixed("no-store")),
        ];
        // The response's own headers come last and replace the defaults.
        let mut headers = HeaderMap::new();
        for (name, value) in every.into_iter().chain(own) {
            headers.insert(name, value);
        }
        headers
    }
}

impl Default for Router {
    fn default() -> Self {
        Self::new()
    }
}

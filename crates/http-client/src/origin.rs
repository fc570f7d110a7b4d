//! Rules for links and redirects: allowed origins, and credentials on the way.

use reqwest::header::LOCATION;
use reqwest::{Method, Response};
use url::Url;

use crate::{Cause, Request};

/// Adds the credentials of `base` to `link`, if both have the same origin (RFC 6454).
pub(crate) fn adopt(base: &Url, link: Url) -> Option<Url> {
    let is_own = is_http(&link) && link.origin() == base.origin();
    if is_own { with_credentials(base, link) } else { None }
}

/// Target of a redirect; `None` if the reply is not a redirect to follow.
///
/// A `POST` answered with 301, 302 or 303 would become a `GET` without its body (RFC 9110 15.4), so it is not followed;
/// 307 and 308 keep both. A private request stays on its origin, but may go from http to https on the same host. No
/// request goes from https to http.
pub(crate) fn redirect(request: &Request, from: &Url, response: &Response) -> Result<Option<Url>, Cause> {
    let is_followed = match response.status().as_u16() {
        301..=303 => matches!(request.method, Method::GET | Method::HEAD),
        307 | 308 => true,
        _ => false,
    };
    let Some(location) = response.headers().get(LOCATION).filter(|_| is_followed) else {
        return Ok(None);
    };
    let target = location.to_str().ok().and_then(|link| from.join(link).ok()).ok_or(Cause::Redirects)?;
    let is_upgrade = from.scheme() == "http" && target.scheme() == "https" && from.host() == target.host();
    let is_downgrade = from.scheme() == "https" && target.scheme() != "https";
    let allowed = if is_upgrade {
        with_credentials(from, target)
    } else if request.is_private() || is_downgrade {
        adopt(from, target)
    } else {
        Some(target).filter(is_http)
    };
    allowed.map(Some).ok_or(Cause::ForeignLink)
}

/// Copies user and password of the base URL to a link, which does not repeat them.
fn with_credentials(from: &Url, mut target: Url) -> Option<Url> {
    target.set_username(from.username()).ok()?;
    target.set_password(from.password()).ok()?;
    Some(target)
}

fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

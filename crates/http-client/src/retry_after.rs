//! Wait that a service asks for before the next request.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Header with the number of requests left, used by GitHub, Finnhub, Discord and others without a standard.
const REMAINING: &str = "x-ratelimit-remaining";
/// Header with the time at which that number is reset, in seconds since 1970.
const RESET: &str = "x-ratelimit-reset";

/// Wait in `Retry-After`, in seconds or as a date (RFC 9110 10.2.3), or else until the reset of an exhausted limit.
///
/// A date is compared with the `Date` header of the reply if there is one, so that a wrong local clock does no harm. An
/// unreadable value means no wait; a date in the past means a wait of zero.
pub(crate) fn wait(headers: &HeaderMap) -> Option<Duration> {
    let now = || text(headers, DATE.as_str()).and_then(date).unwrap_or_else(SystemTime::now);
    let until = |at: SystemTime| at.duration_since(now()).unwrap_or_default();
    if let Some(asked) = text(headers, RETRY_AFTER.as_str()) {
        return seconds(asked).or_else(|| date(asked).map(until));
    }
    let reset = text(headers, RESET).filter(|_| is_exhausted(headers)).and_then(seconds)?;
    SystemTime::UNIX_EPOCH.checked_add(reset).map(until)
}

/// Whether the service says that no request is left.
pub(crate) fn is_exhausted(headers: &HeaderMap) -> bool {
    text(headers, REMAINING) == Some("0")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn seconds(text: &str) -> Option<Duration> {
    text.parse().ok().map(Duration::from_secs)
}

fn date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn wait_s(pairs: &[(&'static str, &'static str)]) -> Option<u64> {
        wait(&headers(pairs)).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_are_a_wait() {
        assert_eq!(wait_s(&[("retry-after", "120")]), Some(120));
        assert_eq!(wait_s(&[("retry-after", " 0 ")]), Some(0));
    }

    #[test]
    fn a_date_is_a_wait_from_the_time_of_the_reply() {
        let date = ("date", "Fri, 06 Nov 2026 08:49:37 GMT");
        assert_eq!(wait_s(&[date, ("retry-after", "Fri, 06 Nov 2026 08:50:00 GMT")]), Some(23));
        assert_eq!(wait_s(&[date, ("retry-after", "Fri, 06 Nov 2026 08:49:00 GMT")]), Some(0));
        assert_eq!(wait_s(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(0));
    }

    #[test]
    fn an_unreadable_value_is_no_wait() {
        for garbage in ["", "soon", "-5", "1.5", "99999999999999999999", "Fri, 99 Nov 2026 08:50:00 GMT"] {
            assert_eq!(wait_s(&[("retry-after", garbage)]), None, "{garbage}");
        }
    }

    #[test]
    fn an_exhausted_limit_is_a_wait_until_its_reset() {
        let date = ("date", "Thu, 01 Jan 1970 00:01:00 GMT");
        let reset = ("x-ratelimit-reset", "90");
        assert_eq!(wait_s(&[date, reset, ("x-ratelimit-remaining", "0")]), Some(30));
        assert_eq!(wait_s(&[date, reset, ("x-ratelimit-remaining", "7")]), None);
        assert_eq!(
            wait_s(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "18446744073709551615")]),
            None
        );
    }
}

//! The National Weather Service: points and hourly forecasts of the United States.
//!
//! Source: <https://www.weather.gov/documentation/services-web-api>.

mod forecast;
mod office;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::{Clock, Reply, Request, Service};
use forecast::Units;
use office::Office;

/// Simulator of `api.weather.gov`: `/points/{lat},{lon}` and `/gridpoints/{office}/{x},{y}/forecast/hourly`.
#[derive(Debug, Clone)]
pub struct NwsSim {
    clock: Clock,
    requests: Arc<AtomicU64>,
}

/// Number of decimals of coordinates; requests with more are redirected.
const DECIMALS: usize = 4;

impl NwsSim {
    /// Creates a service with the system clock.
    pub fn new() -> Self {
        Self { clock: Clock::system(), requests: Arc::default() }
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    fn hourly(&self, request: &Request, office: &str, cell: &str) -> Result<Reply, Problem> {
        let units = match request.param("units") {
            None | Some("us") => Units::Us,
            Some("si") => Units::Si,
            Some(other) => return Err(Problem::bad_parameter(&format!("units may not be '{other}'"))),
        };
        let place = |cell: &str| Some(office::by_id(office)?).zip(numbers::<i32>(cell));
        let (office, (x, y)) = place(cell).ok_or_else(|| Problem::not_found(&request.path))?;
        let body = forecast::hourly(office, office.place(x, y), units, self.clock.tick("hourly"));
        Ok(geo_json(&body))
    }
}

impl Default for NwsSim {
    fn default() -> Self {
        Self::new()
    }
}

impl Service for NwsSim {
    fn reply(&self, request: &Request) -> Reply {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let parts: Vec<_> = request.path.trim_start_matches('/').split('/').collect();
        let reply = match *parts.as_slice() {
            _ if request.header("user-agent").is_none_or(str::is_empty) => Err(Problem::no_user_agent()),
            _ if request.query.iter().any(|(name, _)| name != "units") => {
                Err(Problem::bad_parameter("Query parameters that are not known are refused"))
            }
            ["points", place] => point(request, place),
            ["gridpoints", office, cell, "forecast", "hourly"] => self.hourly(request, office, cell),
            _ => Err(Problem::not_found(&request.path)),
        };
        reply.unwrap_or_else(|problem| problem.into_reply(request, number))
    }
}

fn point(request: &Request, text: &str) -> Result<Reply, Problem> {
    let (latitude, longitude) = numbers::<f64>(text).ok_or_else(|| Problem::invalid_point(text))?;
    if text.split(',').any(|number| number.split_once('.').is_some_and(|(_, digits)| digits.len() > DECIMALS))
    {
        let shorter = format!("{}/points/{},{}", request.base, shorten(latitude), shorten(longitude));
        return Ok(Reply::empty(301).header("location", &shorter));
    }
    let office = office::at(latitude, longitude).ok_or_else(|| Problem::invalid_point(text))?;
    Ok(geo_json(&describe(&request.base, office, latitude, longitude)))
}

/// Description of a place.
fn describe(base: &str, office: &Office, latitude: f64, longitude: f64) -> Value {
    let (x, y) = office.cell(latitude, longitude);
    let Office { id, zone, .. } = office;
    let grid = format!("{base}/gridpoints/{id}/{x},{y}");
    let this = format!("{base}/points/{},{}", shorten(latitude), shorten(longitude));
    let whole = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    json!({
        "id": this,
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": {
            "@id": this,
            "@type": "wx:Point",
            "cwa": id,
            "forecastOffice": format!("{base}/offices/{id}"),
            "gridId": id,
            "gridX": whole(&x),
            "gridY": whole(&y),
            "forecast": format!("{grid}/forecast"),
            "forecastHourly": format!("{grid}/forecast/hourly"),
            "forecastGridData": grid,
            "observationStations": format!("{grid}/stations"),
            "timeZone": zone,
            "radarStation": format!("K{id}"),
        },
    })
}

/// Formats with at most four decimals, without trailing zeros.
fn shorten(degrees: f64) -> String {
    let text = format!("{degrees:.DECIMALS$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn numbers<T: std::str::FromStr>(pair: &str) -> Option<(T, T)> {
    let (one, other) = pair.split_once(',')?;
    Some((one.parse().ok()?, other.parse().ok()?))
}

fn geo_json(body: &Value) -> Reply {
    Reply::new(200, "application/geo+json", body.to_string()).header("cache-control", "public, max-age=900")
}

/// An error according to RFC 9457.
struct Problem {
    status: u16,
    name: &'static str,
    title: &'static str,
    detail: String,
}

impl Problem {
    fn no_user_agent() -> Self {
        let detail = "A User-Agent that names the application is required".to_owned();
        Self { status: 403, name: "Forbidden", title: "Forbidden", detail }
    }

    fn invalid_point(point: &str) -> Self {
        let detail = format!("Unable to provide data for requested point {point}");
        Self { status: 404, name: "InvalidPoint", title: "Data Unavailable For Requested Point", detail }
    }

    fn not_found(path: &str) -> Self {
        let detail = format!("'{path}' is not a valid resource path");
        Self { status: 404, name: "NotFound", title: "Not Found", detail }
    }

    fn bad_parameter(detail: &str) -> Self {
        Self { status: 400, name: "BadRequest", title: "Bad Request", detail: detail.to_owned() }
    }

    fn into_reply(self, request: &Request, number: u64) -> Reply {
        let id = format!("{number:08x}");
        let body = json!({
            "correlationId": id,
            "title": self.title,
            "type": format!("https://api.weather.gov/problems/{}", self.name),
            "status": self.status,
            "detail": self.detail,
            "instance": format!("{}/requests/{id}", request.base),
        });
        Reply::new(self.status, "application/problem+json", body.to_string())
    }
}

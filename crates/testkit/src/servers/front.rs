//! The v2 write API, and the query API that both versions have, in front of an InfluxDB 1 engine.

use http_sim::{Reply, Request, Service};
use serde_json::{Value, json};

use super::http;

/// Checks what version 2 checks, writes by version 1, and returns errors as version 2 does.
///
/// The server before it has decompressed the body, so the engine gets it plain.
pub(super) struct Front {
    pub(super) engine_port: u16,
    pub(super) org: &'static str,
    pub(super) token: String,
}

impl Front {
    fn write(&self, request: &Request) -> Reply {
        if request.header("authorization") != Some(&format!("Token {}", self.token)) {
            return error(401, "unauthorized access");
        }
        if request.param("org") != Some(self.org) {
            return error(400, "failed to decode request body: organization not found");
        }
        let Some(precision) = precision(request.param("precision").unwrap_or("ns")) else {
            return error(400, "invalid precision; valid precision units are ns, us, ms, and s");
        };
        let bucket = request.param("bucket").unwrap_or_default();
        let query = http::query(&[("db", bucket), ("precision", precision)]);
        match http::post(self.engine_port, &format!("/write?{query}"), &request.body) {
            Ok(answer) if answer.status == 204 => Reply::empty(204),
            Ok(answer) => translate(answer.status, &error_message(&answer.body), bucket),
            Err(reason) => error(503, &format!("the engine does not answer: {reason}")),
        }
    }

    /// Version 2 answers `InfluxQL` as version 1 does.
    fn query(&self, request: &Request) -> Reply {
        if request.header("authorization") != Some(&format!("Token {}", self.token)) {
            return error(401, "unauthorized access");
        }
        let parameter = |name: &'static str| (name, request.param(name).unwrap_or_default());
        let query = http::query(&[parameter("db"), parameter("epoch"), parameter("q")]);
        match http::post(self.engine_port, &format!("/query?{query}"), b"") {
            Ok(answer) => match serde_json::from_str::<Value>(&answer.body) {
                Ok(body) => Reply::json(answer.status, &body),
                Err(_) => error(503, "the engine answers something else"),
            },
            Err(reason) => error(503, &format!("the engine does not answer: {reason}")),
        }
    }
}

impl Service for Front {
    fn reply(&self, request: &Request) -> Reply {
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/api/v2/write") => self.write(request),
            ("GET" | "POST", "/query") => self.query(request),
            ("GET", "/health") => Reply::json(200, &json!({"name": "influxdb", "status": "pass"})),
            ("GET" | "HEAD", "/ping") => Reply::empty(204),
            _ => error(404, "path not found"),
        }
    }
}

/// Version 1 has shorter names for two of them.
fn precision(name: &str) -> Option<&'static str> {
    match name {
        "ns" | "" => Some("n"),
        "us" => Some("u"),
        "ms" => Some("ms"),
        "s" => Some("s"),
        _ => None,
    }
}

/// The text of version 1's `{"error": …}`.
fn error_message(body: &str) -> String {
    let json: Option<Value> = serde_json::from_str(body).ok();
    let text = json.as_ref().and_then(|json| json.get("error")?.as_str());
    text.unwrap_or(body).trim_end().to_owned()
}

/// Version 1 answers a type conflict with 400; version 2 with 422 and a few words more.
fn translate(status: u16, message: &str, bucket: &str) -> Reply {
    match status {
        400 if message.contains("field type conflict") => {
            error(422, &format!("failure writing points to database: {message}"))
        }
        404 => error(404, &format!("bucket \"{bucket}\" not found")),
        413 => error(413, "unable to read data: points batch is too large"),
        _ => error(status, message),
    }
}

fn error(status: u16, message: &str) -> Reply {
    let code = match status {
        400 => "invalid",
        401 => "unauthorized",
        404 => "not found",
        413 => "request too large",
        422 => "unprocessable entity",
        503 => "unavailable",
        _ => "internal error",
    };
    Reply::json(status, &json!({"code": code, "message": message}))
}

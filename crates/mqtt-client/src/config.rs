//! Settings of a broker connection: one URL, or the variables of the programs this replaces.

use std::fmt;

use secret::{ExposeSecret, Secret};
use settings::{Setting, Settings, Source, Variable};

use crate::certificate::ClientCertificate;
use crate::url::{self, Address};

/// Address of a broker, login and limits.
///
/// Read from `MQTT_URL`, or from `MQTT_BROKER` with `MQTT_PORT`. A user or password missing from the URL is taken from
/// `MQTT_USER` and `MQTT_PASSWORD`, so that the URL may be public.
#[derive(Clone)]
pub struct Config {
    pub(crate) address: Address,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) certificate: Option<ClientCertificate>,
    pub(crate) client_id: Option<String>,
    pub(crate) program: String,
    pub(crate) availability_topic: Option<String>,
    pub(crate) keep_alive_s: u16,
    pub(crate) in_flight: u16,
    pub(crate) max_packet_bytes: usize,
}

#[derive(Settings)]
#[setting(group = "mqtt")]
struct Variables {
    /// URL of the broker: `mqtt://user:password@host:1883`, or `mqtts://host:8883` with TLS.
    #[setting(name = "MQTT_URL")]
    url: Option<Secret>,
    /// Host of the broker, if `MQTT_URL` is not set.
    #[setting(name = "MQTT_BROKER")]
    host: Option<String>,
    /// Port of the broker on `MQTT_BROKER`.
    #[setting(name = "MQTT_PORT", default = "1883")]
    port: u16,
    /// User name at the broker, if the URL has none.
    #[setting(name = "MQTT_USER")]
    user: Option<String>,
    /// Password at the broker, if the URL has none.
    #[setting(name = "MQTT_PASSWORD", also = "MQTT_SECRET")]
    password: Option<Secret>,
    /// MQTT client id; by default the name of the program. Two connections with the same id end each other.
    #[setting(name = "MQTT_CLIENT_ID")]
    client_id: Option<String>,
    /// Client certificate chain in PEM form; usually as `MQTT_CERT_FILE`.
    #[setting(name = "MQTT_CERT")]
    certificate: Option<String>,
    /// Private key of the client certificate in PEM form; usually as `MQTT_KEY_FILE`.
    #[setting(name = "MQTT_KEY")]
    key: Option<Secret>,
    /// Topic where the program publishes `online` and `offline`; by default `platform/PROGRAM/availability`.
    #[setting(name = "MQTT_AVAILABILITY_TOPIC")]
    availability_topic: Option<TopicName>,
    /// MQTT keep-alive interval, in seconds.
    #[setting(name = "MQTT_KEEP_ALIVE_SECONDS", default = "30", range = 1..)]
    keep_alive_s: u16,
    /// Largest number of published messages without an acknowledgement.
    #[setting(name = "MQTT_IN_FLIGHT", default = "100", range = 1..)]
    in_flight: u16,
    // 1024 leave room for a topic and a payload. The other is the largest packet of the protocol:
    // https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html, 2.2.3.
    /// Largest packet, in bytes: a larger message is not sent, and is received without its payload.
    #[setting(name = "MQTT_MAX_PACKET_BYTES", default = "16777216", range = 1024..=268435460)]
    max_packet_bytes: u32,
}

/// Topic of published messages.
struct TopicName(String);

impl Config {
    /// Sets the name of the program, used as client id if none is set, and in the default availability topic.
    #[must_use]
    pub fn named(self, program: &str) -> Self {
        Self { program: program.to_owned(), ..self }
    }

    /// MQTT client id, under which the broker keeps the session.
    pub fn client_id(&self) -> &str {
        self.client_id.as_deref().unwrap_or(&self.program)
    }

    /// Address of the broker, without user and password.
    pub fn address(&self) -> impl fmt::Display {
        &self.address
    }

    /// Topic of the `online` and `offline` messages.
    pub(crate) fn availability_topic(&self) -> String {
        let default = || format!("platform/{}/availability", self.program);
        self.availability_topic.clone().unwrap_or_else(default)
    }
}

/// Leaves out user and password.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let client_id = self.client_id();
        f.debug_struct("Config")
            .field("broker", &self.address)
            .field("client_id", &client_id)
            .finish_non_exhaustive()
    }
}

impl Settings for Config {
    /// Lists `MQTT_URL` as required, although `MQTT_BROKER` may replace it.
    fn variables() -> Vec<Variable> {
        let required = |variable: Variable| Variable { required: variable.name == URL, ..variable };
        Variables::variables().into_iter().map(required).collect()
    }

    fn read(source: &mut Source) -> Option<Self> {
        let variables = Variables::read(source)?;
        let broker = broker(&variables, source)?;
        let certificate = certificate(&variables, broker.address.is_tls, source)?;
        Some(Self {
            address: broker.address,
            user: broker.user.or(variables.user),
            password: broker.password.or(variables.password),
            certificate,
            client_id: variables.client_id,
            program: String::from("platform"),
            availability_topic: variables.availability_topic.map(|topic| topic.0),
            keep_alive_s: variables.keep_alive_s,
            in_flight: variables.in_flight,
            max_packet_bytes: usize::try_from(variables.max_packet_bytes).unwrap_or(usize::MAX),
        })
    }

    fn is_there(source: &Source) -> bool {
        let place = [URL, BROKER];
        Variables::variables()
            .iter()
            .any(|variable| place.contains(&variable.name) && source.is_set(variable))
    }
}

impl Setting for TopicName {
    const TAKES: &'static str = "a topic of 1 to 65,535 bytes without `+`, `#` and NUL";

    fn parse(text: &str) -> Result<Self, String> {
        let is_name = crate::topic::is_name(text);
        is_name.then(|| Self(text.to_owned())).ok_or_else(|| format!("must be {}", Self::TAKES))
    }
}

const URL: &str = "MQTT_URL";
const BROKER: &str = "MQTT_BROKER";

fn broker(variables: &Variables, source: &mut Source) -> Option<url::Broker> {
    let Some(text) = &variables.url else {
        let Some(host) = &variables.host else {
            source.mistake(URL, "or MQTT_BROKER is required");
            return None;
        };
        // The replaced programs also accepted a URL here.
        if host.contains("://") {
            return parsed(BROKER, host, source);
        }
        let address = Address { host: host.clone(), port: variables.port, is_tls: false };
        return Some(url::Broker { address, user: None, password: None });
    };
    parsed(URL, text.expose_secret(), source)
}

fn parsed(name: &str, text: &str, source: &mut Source) -> Option<url::Broker> {
    let broker = url::parse(text).map_err(|problem| source.mistake(name, problem)).ok()?;
    if let Some(password) = &broker.password {
        source.hide(password);
    }
    Some(broker)
}

/// Reads the client certificate: `Some(None)` if none is set, `None` after a mistake.
#[expect(clippy::option_option, reason = "the outer one is for mistakes, the inner one for no certificate")]
fn certificate(
    variables: &Variables,
    is_tls: bool,
    source: &mut Source,
) -> Option<Option<ClientCertificate>> {
    let (certificate, key) = match (&variables.certificate, &variables.key) {
        (None, None) => return Some(None),
        (Some(certificate), Some(key)) => (certificate, key),
        (None, Some(_)) => {
            source.mistake("MQTT_CERT", "is required where MQTT_KEY is set");
            return None;
        }
        (Some(_), None) => {
            source.mistake("MQTT_KEY", "is required where MQTT_CERT is set");
            return None;
        }
    };
    if !is_tls {
        source.mistake("MQTT_CERT", "needs TLS: MQTT_URL must begin with mqtts://");
        return None;
    }
    match ClientCertificate::parse(certificate, key.expose_secret()) {
        Ok(certificate) => Some(Some(certificate)),
        Err(problem) => {
            source.mistake(problem.variable, problem.message);
            None
        }
    }
}

#[cfg(test)]
mod tests;

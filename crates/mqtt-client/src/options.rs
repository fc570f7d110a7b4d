//! Parameters of a connection.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rumqttc::mqttbytes::v4::{Connect, LastWill};
use rustls::ClientConfig;
use secret::{ExposeSecret as _, Secret};

use crate::Config;
use crate::url::Address;

/// Parameters of a connection.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) address: Address,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) keep_alive: Duration,
    pub(crate) max_packet_bytes: usize,
    /// MQTT client id, which names the session at the broker.
    pub(crate) client_id: String,
    /// Whether the broker keeps the session while the client is disconnected.
    pub(crate) is_persistent: bool,
    pub(crate) will: Option<LastWill>,
    keep_alive_s: u16,
    user: Option<String>,
    password: Option<Secret>,
}

impl Options {
    /// Creates options for a session that ends with the connection, without a last will.
    pub(crate) fn new(config: &Config, tls: &ClientConfig, client_id: String) -> Self {
        let tls = config.certificate.as_ref().map_or_else(|| tls.clone(), |own| own.applied_to(tls));
        Self {
            address: config.address.clone(),
            tls: Arc::new(tls),
            keep_alive: Duration::from_secs(config.keep_alive_s.into()),
            max_packet_bytes: config.max_packet_bytes,
            client_id,
            is_persistent: false,
            will: None,
            keep_alive_s: config.keep_alive_s,
            user: config.user.clone(),
            password: config.password.clone(),
        }
    }

    /// Copies the options with another client id, without a last will.
    pub(crate) fn with_client_id(&self, client_id: String) -> Self {
        Self { client_id, will: None, ..self.clone() }
    }

    pub(crate) fn connect(&self) -> Connect {
        let mut connect = Connect::new(self.client_id.as_str());
        connect.keep_alive = self.keep_alive_s;
        connect.clean_session = !self.is_persistent;
        connect.last_will.clone_from(&self.will);
        match (&self.user, &self.password) {
            (Some(user), Some(password)) => {
                let password = Bytes::copy_from_slice(password.expose_secret().as_bytes());
                connect.set_credentials(user.as_str(), password);
            }
            (Some(user), None) => {
                connect.set_username(user.as_str());
            }
            // The standard does not allow a password without a user.
            (None, _) => {}
        }
        connect
    }
}

/// Leaves out user and password.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("broker", &self.address)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

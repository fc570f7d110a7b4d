//! The certificate a program shows to the broker.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

/// A certificate with its private key.
#[derive(Clone)]
pub(crate) struct ClientCertificate {
    resolver: Arc<SingleCertAndKey>,
}

/// What is wrong with a certificate or key, and which variable it came from. It quotes neither.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) variable: &'static str,
    pub(crate) message: &'static str,
}

impl ClientCertificate {
    /// Reads a certificate, with those that lead to its authority, and its key, both in PEM form.
    pub(crate) fn parse(certificate: &str, key: &str) -> Result<Self, Problem> {
        let wrong = |variable, message| Problem { variable, message };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect();
        let chain = chain.map_err(|_| wrong("MQTT_CERT", "must be a certificate in PEM form"))?;
        if chain.is_empty() {
            return Err(wrong("MQTT_CERT", "must be a certificate in PEM form"));
        }
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|_| wrong("MQTT_KEY", "must be a private key in PEM form, not encrypted"))?;
        let key =
            CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => wrong("MQTT_KEY", "is not the key of MQTT_CERT"),
                rustls::Error::InvalidCertificate(_) => {
                    wrong("MQTT_CERT", "is not a certificate that can be shown")
                }
                _ => wrong("MQTT_KEY", "is not a key of a kind this program knows"),
            })?;
        Ok(Self { resolver: Arc::new(SingleCertAndKey::from(key)) })
    }

    /// The same configuration, showing this certificate to servers that ask for one.
    pub(crate) fn shown_by(&self, tls: &ClientConfig) -> ClientConfig {
        let mut tls = tls.clone();
        tls.client_auth_cert_resolver = Arc::clone(&self.resolver) as _;
        tls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    fn variable(certificate: &str, key: &str) -> &'static str {
        ClientCertificate::parse(certificate, key).err().unwrap().variable
    }

    #[test]
    fn what_is_wrong_is_told_of_the_right_variable() {
        assert_eq!(variable("", KEY), "MQTT_CERT");
        assert_eq!(variable(KEY, KEY), "MQTT_CERT");
        assert_eq!(variable(CERTIFICATE, ""), "MQTT_KEY");
        assert_eq!(variable(CERTIFICATE, CERTIFICATE), "MQTT_KEY");
        assert_eq!(variable(CERTIFICATE, KEY), "MQTT_KEY");
    }
}

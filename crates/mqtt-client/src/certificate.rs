//! Client certificate of the program, for brokers that ask for one.

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

/// A mistake in a certificate or key, with the variable it came from. Quotes neither.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CertificateError {
    pub(crate) variable: &'static str,
    pub(crate) message: &'static str,
}

impl ClientCertificate {
    /// Reads a certificate chain and its private key, both in PEM form.
    pub(crate) fn parse(certificate: &str, key: &str) -> Result<Self, CertificateError> {
        let wrong = |variable, message| CertificateError { variable, message };
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
                rustls::Error::InvalidCertificate(_) => wrong("MQTT_CERT", "is not a valid certificate"),
                _ => wrong("MQTT_KEY", "is a key of an unsupported type"),
            })?;
        Ok(Self { resolver: Arc::new(SingleCertAndKey::from(key)) })
    }

    /// Returns a copy of the TLS configuration that presents this certificate to servers that ask for one.
    pub(crate) fn applied_to(&self, tls: &ClientConfig) -> ClientConfig {
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
    fn a_mistake_names_the_variable_that_holds_it() {
        assert_eq!(variable("", KEY), "MQTT_CERT");
        assert_eq!(variable(KEY, KEY), "MQTT_CERT");
        assert_eq!(variable(CERTIFICATE, ""), "MQTT_KEY");
        assert_eq!(variable(CERTIFICATE, CERTIFICATE), "MQTT_KEY");
        assert_eq!(variable(CERTIFICATE, KEY), "MQTT_KEY");
    }
}

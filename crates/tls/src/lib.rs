//! The one TLS client configuration of a program.
//!
//! HTTP, PostgreSQL and MQTT share one [`rustls::ClientConfig`]: one provider (ring), one set of trusted authorities.
//! The public authorities are compiled in, because an image built from nothing has no certificate store. A private
//! authority, as home labs and companies run them, comes from a PEM file and is trusted in addition. A server that
//! presents a certificate of that file itself is trusted, too.
//!
//! This crate does not know the setting with the path of that file.

mod verifier;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{ClientConfig, RootCertStore};

use verifier::Verifier;

/// Errors of [`client_config`]. They name the file and never quote it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is missing, or this user may not read it.
    #[error("cannot read the certificate authorities in {}", path.display())]
    Unreadable {
        /// The file as it was configured.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file is not in PEM form. The parser's error is left out: it quotes the line.
    #[error("{} is not a PEM file", path.display())]
    NotPem {
        /// The file as it was configured.
        path: PathBuf,
    },
    /// The file holds no certificate: it is empty, or holds a key.
    #[error("{} holds no certificate", path.display())]
    NoCertificate {
        /// The file as it was configured.
        path: PathBuf,
    },
    /// A certificate in the file must not sign others.
    #[error("{} holds a certificate that cannot be an authority", path.display())]
    NotAnAuthority {
        /// The file as it was configured.
        path: PathBuf,
        /// The problem of the certificate.
        source: rustls::Error,
    },
    /// The provider supports none of the protocol versions.
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
}

impl fault::Fault for Error {
    fn kind(&self) -> fault::Kind {
        fault::Kind::Configuration
    }
}

/// Builds the configuration for all TLS connections of a program: TLS 1.2 and 1.3, no client certificate.
///
/// Trusts the authorities of the Mozilla root program, and those in `ca_file`, a file of one or more certificates in
/// PEM form ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)).
///
/// A server may also present a certificate of `ca_file` itself, such as a self-signed one that is both authority and
/// server certificate. Its dates are checked, and the server's name must be among its alternative names.
///
/// # Errors
///
/// The file cannot be used; see [`Error`].
pub fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, Error> {
    let own = ca_file.map(certificates).transpose()?.unwrap_or_default();
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in &own {
        roots.add(certificate.clone()).map_err(|source| Error::NotAnAuthority {
            path: ca_file.map(Path::to_owned).unwrap_or_default(),
            source,
        })?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|error| Error::Setup(rustls::Error::General(error.to_string())))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::Setup)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier { inner, own }))
        .with_no_client_auth();
    Ok(config)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let path = || path.to_owned();
    let file = std::fs::read(path()).map_err(|source| Error::Unreadable { path: path(), source })?;
    let certificates: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&file).collect();
    let certificates = certificates.map_err(|_| Error::NotPem { path: path() })?;
    if certificates.is_empty() {
        return Err(Error::NoCertificate { path: path() });
    }
    Ok(certificates)
}

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use fault::{Fault, Kind, chain};
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

    use super::*;

    fn authority() -> String {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    fn config_with(pem: &str) -> Result<ClientConfig, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("authorities.pem");
        std::fs::write(&path, pem).unwrap();
        client_config(Some(&path))
    }

    #[test]
    fn the_public_authorities_need_no_file() {
        assert!(client_config(None).is_ok());
    }

    #[test]
    fn a_file_may_hold_several_authorities_and_other_text() {
        let pem = format!("# ours\n{}\n# theirs\n{}", authority(), authority());
        assert!(config_with(&pem).is_ok());
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = client_config(Some(Path::new("/no/such/ca.pem"))).unwrap_err();
        assert_eq!(error.to_string(), "cannot read the certificate authorities in /no/such/ca.pem");
        assert!(chain(&error).contains("No such file"), "{}", chain(&error));
        assert_eq!(error.kind(), Kind::Configuration);
    }

    #[test]
    fn a_file_without_a_certificate_is_refused() {
        let key = KeyPair::generate().unwrap().serialize_pem();
        for pem in ["", "just text", key.as_str()] {
            assert!(matches!(config_with(pem), Err(Error::NoCertificate { .. })), "{pem}");
        }
    }

    #[test]
    fn a_certificate_that_cannot_be_read_is_refused() {
        let wrapped =
            |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        assert!(matches!(config_with(&wrapped("AAAA")), Err(Error::NotAnAuthority { .. })));
        assert!(matches!(config_with(&wrapped("?!")), Err(Error::NotPem { .. })));
    }

    #[test]
    fn an_error_does_not_quote_the_file() {
        let cut = authority().replace("-----END CERTIFICATE-----", "s3cr3t");
        for pem in [
            cut.as_str(),
            "-----BEGIN s3cr3t",
            "-----BEGIN CERTIFICATE-----\ns3cr3t?\n-----END CERTIFICATE-----",
        ] {
            let error = config_with(pem).unwrap_err();
            let texts = [chain(&error), format!("{error:?}")];
            assert!(
                texts.iter().all(|text| !text.contains("s3cr3t") && text.contains("authorities.pem")),
                "{texts:?}"
            );
        }
    }
}

//! Trusted and rejected servers in real handshakes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{CertificateError, ClientConnection, Error, ServerConfig, ServerConnection};

/// A certificate and its key.
struct Identity {
    certificate: CertificateDer<'static>,
    pem: String,
    key: KeyPair,
}

/// Creates a certificate as `openssl req -x509` does: self-signed, and marked as an authority.
fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> Identity {
    let mut params = CertificateParams::new(["db.lan".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Identity { pem: certificate.pem(), certificate: certificate.into(), key }
}

fn server_config(server: &Identity) -> ServerConfig {
    let key = PrivateKeyDer::try_from(server.key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = provider.key_provider.load_private_key(key).unwrap();
    // Unlike `with_single_cert`, this does not check that key and certificate match.
    let certified = CertifiedKey::new(vec![server.certificate.clone()], key);
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.with_no_client_auth().with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)))
}

/// Handshake of a client that trusts the PEM file with the server, under the host name `name`.
fn handshake(server: &Identity, name: &'static str, trusted: &str) -> Result<(), Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, trusted).unwrap();
    let config = Arc::new(tls::client_config(Some(&path)).unwrap());
    let mut client = ClientConnection::new(config, ServerName::try_from(name).unwrap()).unwrap();
    let mut server = ServerConnection::new(Arc::new(server_config(server))).unwrap();
    while client.is_handshaking() {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets().unwrap();
        wire.clear();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok(())
}

fn refusal(server: &Identity, name: &'static str, trusted: &str) -> CertificateError {
    let refused = match handshake(server, name, trusted) {
        Err(Error::InvalidCertificate(error)) => Some(error),
        _ => None,
    };
    refused.unwrap()
}

#[test]
fn a_self_signed_server_is_believed_once_its_certificate_is_named() {
    let server = self_signed(|_| {});
    handshake(&server, "db.lan", &server.pem).unwrap();
    let both = format!("{}{}", self_signed(|_| {}).pem, server.pem);
    handshake(&server, "db.lan", &both).unwrap();
}

#[test]
fn a_named_certificate_holds_for_its_own_names_only() {
    let server = self_signed(|_| {});
    let error = refusal(&server, "other.lan", &server.pem);
    assert!(matches!(error, CertificateError::NotValidForNameContext { .. }), "{error:?}");
}

#[test]
fn another_certificate_of_the_same_name_is_refused() {
    let (named, other) = (self_signed(|_| {}), self_signed(|_| {}));
    let error = refusal(&other, "db.lan", &named.pem);
    assert!(matches!(error, CertificateError::Other(_)), "{error:?}");
}

#[test]
fn a_copy_of_the_certificate_without_its_key_is_refused() {
    let named = self_signed(|_| {});
    let copy = Identity { certificate: named.certificate, ..self_signed(|_| {}) };
    assert_eq!(refusal(&copy, "db.lan", &named.pem), CertificateError::BadSignature);
}

#[test]
fn a_named_certificate_that_has_expired_is_refused() {
    let server = self_signed(|params| params.not_after = date_time_ymd(2020, 1, 1));
    let error = refusal(&server, "db.lan", &server.pem);
    assert!(matches!(error, CertificateError::ExpiredContext { .. }), "{error:?}");
}

#[test]
fn a_server_of_an_authority_is_believed_whether_the_authority_or_the_server_is_named() {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "authority");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(["db.lan".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let server = Identity { pem: certificate.pem(), certificate: certificate.into(), key };
    handshake(&server, "db.lan", &authority.pem()).unwrap();
    handshake(&server, "db.lan", &server.pem).unwrap();
    assert_eq!(refusal(&server, "db.lan", &self_signed(|_| {}).pem), CertificateError::UnknownIssuer);
}

//! Trust in TLS servers.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use fault::{Fault, Kind, Retry};
use http_client::{Cause, Client, Error, Options, Url};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn server_config(&self, host: &str) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([host.to_owned()]).unwrap();
        let certificate = CertificateDer::from(params.signed_by(&key, &self.0).unwrap());
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        builder.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap()
    }
}

/// Serves one connection on a thread of its own.
fn serve(config: ServerConfig) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
    std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), socket);
        // A client that does not trust the certificate closes the connection here.
        let Ok(_) = stream.read(&mut [0; 4096]) else {
            return;
        };
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
    });
    url
}

async fn get(url: &Url, ca_file: Option<&Path>) -> Result<String, Error> {
    let tls = tls::client_config(ca_file).unwrap();
    let options = Options { retry: Retry::never(), ..Options::new("prog", "1", tls) };
    Client::new(options).unwrap().service("svc", url).get("op", "/").text().await
}

#[tokio::test]
async fn a_private_authority_is_trusted_once_it_is_configured() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, authority.0.pem()).unwrap();
    let url = serve(authority.server_config("127.0.0.1"));
    assert_eq!(get(&url, Some(&ca_file)).await.unwrap(), "ok");
}

#[tokio::test]
async fn an_unknown_authority_is_a_setting_to_change() {
    let url = serve(Authority::new().server_config("127.0.0.1"));
    let error = get(&url, None).await.unwrap_err();
    assert!(matches!(error.cause, Cause::Tls { .. }), "{error:?}");
    assert_eq!(error.kind(), Kind::Configuration);
    let expected = "svc op: the certificate is not trusted; set CA_FILE to the authority that signed it";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_certificate_for_another_host_is_a_setting_to_change() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, authority.0.pem()).unwrap();
    let url = serve(authority.server_config("other.example"));
    let error = get(&url, Some(&ca_file)).await.unwrap_err();
    assert_eq!(error.to_string(), "svc op: the certificate belongs to another host");
    assert_eq!(error.kind(), Kind::Configuration);
}

#[tokio::test]
async fn a_server_without_tls_is_a_setting_to_change() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let _ = socket.read(&mut [0; 4096]).unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let error = get(&url, None).await.unwrap_err();
    assert!(error.to_string().starts_with("svc op: the server does not speak TLS"), "{error:?}");
    assert_eq!(error.kind(), Kind::Configuration);
}

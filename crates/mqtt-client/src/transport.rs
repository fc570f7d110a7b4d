//! TCP connections, with or without TLS.

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::Error;
use crate::url::Address;

/// Time limit for the TCP connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Time limit for the TLS handshake.
const TLS_TIMEOUT: Duration = Duration::from_secs(10);

/// A byte stream in both directions.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Connects, with TLS if the address asks for it.
pub(crate) async fn open(address: &Address, tls: &Arc<ClientConfig>) -> Result<Box<dyn Stream>, Error> {
    let connecting = TcpStream::connect((address.host.as_str(), address.port));
    let stream = timeout(CONNECT_TIMEOUT, connecting)
        .await
        .map_err(|_| Error::TimedOut { to: "the TCP connection", after: CONNECT_TIMEOUT })?
        .map_err(|error| Error::unreachable(&error))?;
    // Acknowledgements are small and urgent.
    stream.set_nodelay(true).map_err(|error| Error::unreachable(&error))?;
    if address.is_tls {
        return timeout(TLS_TIMEOUT, connect_tls(stream, address, tls))
            .await
            .map_err(|_| Error::TimedOut { to: "the TLS handshake", after: TLS_TIMEOUT })?;
    }
    Ok(Box::new(stream))
}

async fn connect_tls(
    stream: TcpStream,
    address: &Address,
    tls: &Arc<ClientConfig>,
) -> Result<Box<dyn Stream>, Error> {
    let name = ServerName::try_from(address.host.clone())
        .map_err(|_| Error::Tls { reason: "the host of MQTT_URL is not a valid server name".to_owned() })?;
    let stream = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await;
    stream.map(|stream| Box::new(stream) as _).map_err(|error| Error::lost(&error))
}

//! TCP, and TLS on it.

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

/// How long the broker may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long TLS may take to be set up.
const TLS_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes both ways.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Connects, with TLS where the address says so.
pub(crate) async fn open(address: &Address, tls: &Arc<ClientConfig>) -> Result<Box<dyn Stream>, Error> {
    let connecting = TcpStream::connect((address.host.as_str(), address.port));
    let stream = timeout(CONNECT_TIMEOUT, connecting)
        .await
        .map_err(|_| Error::TimedOut { to: "the connection", after: CONNECT_TIMEOUT })?
        .map_err(|error| Error::unreachable(&error))?;
    // Acknowledgements are small and somebody waits for them.
    stream.set_nodelay(true).map_err(|error| Error::unreachable(&error))?;
    if address.is_tls {
        return timeout(TLS_TIMEOUT, secured(stream, address, tls))
            .await
            .map_err(|_| Error::TimedOut { to: "TLS", after: TLS_TIMEOUT })?;
    }
    Ok(Box::new(stream))
}

async fn secured(
    stream: TcpStream,
    address: &Address,
    tls: &Arc<ClientConfig>,
) -> Result<Box<dyn Stream>, Error> {
    let name = ServerName::try_from(address.host.clone())
        .map_err(|_| Error::Tls { reason: "the host of MQTT_URL is no name of a server".to_owned() })?;
    let stream = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await;
    stream.map(|stream| Box::new(stream) as _).map_err(|error| Error::lost(&error))
}

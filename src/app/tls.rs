//! TLS without a proxy: the handshake within its limits, and the certificate, which is read again when its files
//! change.

mod handshakes;
mod identity;

use std::{sync::Arc, time::Duration};

use rustls::{ServerConfig, crypto::ring};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::bounded_socket::BoundedSocket;
use handshakes::Handshakes;
pub use identity::{Identity, TlsError};

/// How long a client may take for the handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What rustls keeps of an answer, in bytes, while the client does not read it.
const SEND_BUFFER: usize = 16 * 1024;
/// The protocols that browsers may choose from, the best first.
const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";

/// An encrypted connection.
pub(super) type Encrypted = TlsStream<BoundedSocket<TcpStream>>;

/// Accepts TLS. Clones share the limit of concurrent handshakes.
#[derive(Clone)]
pub(super) struct Acceptor {
    tls: TlsAcceptor,
    handshakes: Arc<Handshakes>,
}

impl Acceptor {
    /// At most half of the connections may be in a handshake, so that slow ones never take the places of those
    /// that are served. One more ends the one that has taken longest: a client that does its part is quicker.
    pub(super) fn new(identity: Arc<Identity>, max_connections: usize) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(identity);
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        Ok(Self {
            tls: TlsAcceptor::from(Arc::new(config)),
            handshakes: Arc::new(Handshakes::new((max_connections / 2).max(1))),
        })
    }

    /// The encrypted connection; `None` if the client is too slow or does not speak TLS. The connection is then
    /// closed.
    pub(super) async fn accept(&self, socket: BoundedSocket<TcpStream>) -> Option<Encrypted> {
        let mut handshake = self.handshakes.begin();
        let bounded = |tls: &mut rustls::ServerConnection| tls.set_buffer_limit(Some(SEND_BUFFER));
        // What strangers get wrong is not worth a line in the log.
        let encrypted = tokio::select! {
            encrypted = timeout(HANDSHAKE, self.tls.accept_with(socket, bounded)) => encrypted.ok()?.ok()?,
            () = handshake.must_end() => return None,
        };
        encrypted.get_ref().0.connection().forget_read();
        Some(encrypted)
    }
}

/// Whether the client has chosen HTTP/2.
pub(super) fn speaks_http_2(encrypted: &Encrypted) -> bool {
    encrypted.get_ref().1.alpn_protocol() == Some(HTTP_2)
}

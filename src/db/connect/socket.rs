//! The socket to a server, with TLS if both sides want it.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use rustix::net::sockopt;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::{TcpStream, UnixStream},
};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::watched::{Patience, Watched};
use crate::domain::network::database_url::{DatabaseUrl, Host, Tls};

/// The default of the keepalive that detects a network which drops packets.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_COUNT: u32 = 3;
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(15);
/// `SSLRequest` (protocol 3.0, 55.7).
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

type Rustls = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// A byte stream to a server.
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    pub(super) async fn tcp(address: SocketAddr, url: &DatabaseUrl) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        if let Some(keepalives) = url.keepalives {
            sockopt::set_socket_keepalive(&stream, true)?;
            sockopt::set_tcp_keepidle(&stream, keepalives.idle.unwrap_or(KEEPALIVE_IDLE))?;
            sockopt::set_tcp_keepintvl(&stream, keepalives.interval.unwrap_or(KEEPALIVE_INTERVAL))?;
            sockopt::set_tcp_keepcnt(&stream, keepalives.count.unwrap_or(KEEPALIVE_COUNT))?;
        }
        #[cfg(target_os = "linux")]
        {
            let limit = url.tcp_user_timeout.unwrap_or(UNACKNOWLEDGED);
            let millis = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
            sockopt::set_tcp_user_timeout(&stream, millis)?;
        }
        Ok(Self::Tcp(stream))
    }

    pub(super) async fn unix(folder: &std::path::Path, port: u16) -> io::Result<Self> {
        let path = folder.join(format!(".s.PGSQL.{port}"));
        Ok(Self::Unix(UnixStream::connect(path).await?))
    }
}

/// Negotiates TLS with the server, and watches the stream with or without it.
pub(super) struct Negotiation {
    pub(super) tls: Tls,
    pub(super) is_direct: bool,
    pub(super) rustls: MakeRustlsConnect,
    pub(super) host: Host,
    pub(super) patience: Patience,
}

impl Negotiation {
    async fn negotiate(mut self, mut socket: Socket) -> io::Result<Watched<Negotiated>> {
        let wants_tls = match (&socket, self.tls) {
            // A socket file cannot be intercepted, and Postgres offers no TLS there.
            (Socket::Unix(_), _) | (_, Tls::Disable) => false,
            (Socket::Tcp(_), _) if self.is_direct => true,
            (Socket::Tcp(_), _) => offers_tls(&mut socket).await?,
        };
        let stream = if wants_tls {
            let name = match &self.host {
                Host::Tcp(name) => name.as_str(),
                Host::Unix(_) => "",
            };
            let rustls = &mut self.rustls;
            let connect = MakeTlsConnect::<Socket>::make_tls_connect(rustls, name);
            let connect = connect.map_err(io::Error::other)?;
            Negotiated::Tls(Box::new(connect.connect(socket).await?))
        } else if self.tls == Tls::Require && matches!(socket, Socket::Tcp(_)) {
            return Err(io::Error::other(
                "the server has no TLS, and sslmode wants it",
            ));
        } else {
            Negotiated::Plain(socket)
        };
        Ok(Watched::new(stream, self.patience))
    }
}

async fn offers_tls(socket: &mut Socket) -> io::Result<bool> {
    socket.write_all(&SSL_REQUEST).await?;
    match socket.read_u8().await? {
        b'S' => Ok(true),
        b'N' => Ok(false),
        _ => Err(io::Error::other("what answers is no Postgres server")),
    }
}

impl TlsConnect<Socket> for Negotiation {
    type Stream = Watched<Negotiated>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Stream>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(self.negotiate(socket))
    }
}

/// A stream after the negotiation of TLS.
pub(super) enum Negotiated {
    Plain(Socket),
    Tls(Box<Rustls>),
}

impl TlsStream for Negotiated {
    fn channel_binding(&self) -> ChannelBinding {
        match self {
            Self::Plain(_) => ChannelBinding::none(),
            Self::Tls(stream) => stream.channel_binding(),
        }
    }
}

/// Forwards reading and writing to the stream in the variant.
macro_rules! hand_on {
    ($name:ident: $($variant:ident),+) => {
        impl AsyncRead for $name {
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                match self.get_mut() {
                    $(Self::$variant(stream) => Pin::new(stream).poll_read(cx, buf),)+
                }
            }
        }

        impl AsyncWrite for $name {
            fn poll_write(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                match self.get_mut() {
                    $(Self::$variant(stream) => Pin::new(stream).poll_write(cx, bytes),)+
                }
            }

            fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                match self.get_mut() {
                    $(Self::$variant(stream) => Pin::new(stream).poll_flush(cx),)+
                }
            }

            fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                match self.get_mut() {
                    $(Self::$variant(stream) => Pin::new(stream).poll_shutdown(cx),)+
                }
            }
        }
    };
}

hand_on!(Socket: Tcp, Unix);
hand_on!(Negotiated: Plain, Tls);

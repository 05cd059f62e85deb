//! One conversation with a mail server (RFC 5321). Each reply has its own time limit, and an error says
//! which command it answers.

use std::{
    io,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use data_encoding::BASE64;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::reply::{Features, Reply};
use crate::{
    domain::secrets::secret::SecretString,
    mail::{DeliveryError, TlsMode},
};

/// The longest time for connecting to one address of the server.
const CONNECTING: Duration = Duration::from_secs(10);
/// The longest time for the TLS handshake.
const HANDSHAKE: Duration = Duration::from_mins(1);
/// How long to wait for the reply to QUIT; the mail has been sent by then.
const GOODBYE: Duration = Duration::from_secs(5);

/// A server and how to connect to it.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) name: ServerName<'static>,
    pub(super) mode: TlsMode,
    /// Replaced when the certificates are read again.
    pub(super) tls: RwLock<Arc<ClientConfig>>,
    pub(super) credentials: Option<(String, SecretString)>,
    pub(super) hello: String,
}

/// Why a step failed.
pub(super) enum Failure {
    Io(io::Error),
    /// It took longer than this.
    TooSlow(Duration),
    /// The server refuses us, or the mail for now.
    Refused(Reply),
    /// The server refuses the recipient.
    Recipient(Reply),
    /// The server refuses the credentials, or requires some.
    Account(String),
    /// The server does not support what the settings require.
    Unable(&'static str),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A greeted server that is ready for a mail.
pub(super) struct Conversation {
    stream: BufReader<Box<dyn Stream>>,
    features: Features,
    patience: Duration,
}

impl Server {
    /// Connects, greets, begins TLS and authenticates. `patience` is the longest wait for one reply.
    pub(super) async fn greet(&self, patience: Duration) -> Result<Conversation, Failure> {
        let tcp = self.connect(patience.min(CONNECTING)).await?;
        tcp.set_nodelay(true)?;
        let mut talk = if self.mode == TlsMode::Tls {
            let stream = self.encrypt(Box::new(tcp), patience).await?;
            Conversation::new(stream, patience)
        } else {
            Conversation::new(Box::new(tcp), patience)
        };
        done(talk.reply().await?)?;
        talk.hello(&self.hello).await?;
        if self.mode == TlsMode::Starttls {
            if !talk.features.starttls {
                return Err(Failure::Unable(
                    "the mail server offers no STARTTLS: see SMTP_TLS",
                ));
            }
            done(talk.command("STARTTLS").await?)?;
            // Bytes from before TLS could come from anyone.
            if !talk.stream.buffer().is_empty() {
                return Err(Failure::Unable("the mail server spoke on after STARTTLS"));
            }
            let stream = self.encrypt(talk.stream.into_inner(), patience).await?;
            talk = Conversation::new(stream, patience);
            talk.hello(&self.hello).await?;
        }
        if let Some((user, password)) = &self.credentials {
            talk.authenticate(user, password.expose()).await?;
        }
        Ok(talk)
    }

    /// Tries each address of the host.
    async fn connect(&self, patience: Duration) -> Result<TcpStream, Failure> {
        let addresses = timeout(patience, lookup_host((self.host.as_str(), self.port)));
        let addresses = addresses.await.map_err(|_| Failure::TooSlow(patience))??;
        let mut last = Failure::Io(io::Error::other("the host has no address"));
        for address in addresses {
            match timeout(patience, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = error.into(),
                Err(_) => last = Failure::TooSlow(patience),
            }
        }
        Err(last)
    }

    async fn encrypt(
        &self,
        stream: Box<dyn Stream>,
        patience: Duration,
    ) -> Result<Box<dyn Stream>, Failure> {
        let patience = patience.min(HANDSHAKE);
        let tls = Arc::clone(&self.tls.read().unwrap_or_else(PoisonError::into_inner));
        let connector = TlsConnector::from(tls);
        let handshake = timeout(patience, connector.connect(self.name.clone(), stream));
        let stream = handshake.await.map_err(|_| Failure::TooSlow(patience))??;
        Ok(Box::new(stream))
    }
}

impl Conversation {
    fn new(stream: Box<dyn Stream>, patience: Duration) -> Self {
        Self {
            stream: BufReader::new(stream),
            features: Features::default(),
            patience,
        }
    }

    async fn reply(&mut self) -> Result<Reply, Failure> {
        let reply = timeout(self.patience, Reply::read(&mut self.stream)).await;
        Ok(reply.map_err(|_| Failure::TooSlow(self.patience))??)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = timeout(self.patience, async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        });
        let written = written.await.map_err(|_| Failure::TooSlow(self.patience))?;
        Ok(written?)
    }

    async fn command(&mut self, command: &str) -> Result<Reply, Failure> {
        self.write(format!("{command}\r\n").as_bytes()).await?;
        self.reply().await
    }

    /// EHLO; HELO if the server does not support it (RFC 5321, 3.2).
    async fn hello(&mut self, name: &str) -> Result<(), Failure> {
        let reply = self.command(&format!("EHLO {name}")).await?;
        if matches!(reply.code, 500 | 502) {
            self.features = Features::default();
            return done(self.command(&format!("HELO {name}")).await?);
        }
        self.features = Features::of(&reply);
        done(reply)
    }

    /// AUTH PLAIN (RFC 4616), or LOGIN if the server offers nothing else.
    async fn authenticate(&mut self, user: &str, password: &str) -> Result<(), Failure> {
        let mut answers = if self.features.plain {
            let plain = BASE64.encode(format!("\0{user}\0{password}").as_bytes());
            vec![plain.clone(), format!("AUTH PLAIN {plain}")]
        } else if self.features.login {
            let [user, password] = [user, password].map(|text| BASE64.encode(text.as_bytes()));
            vec![password, user, "AUTH LOGIN".to_owned()]
        } else {
            let why = "it offers neither AUTH PLAIN nor AUTH LOGIN".to_owned();
            return Err(Failure::Account(why));
        };
        while let Some(answer) = answers.pop() {
            let reply = self.command(&answer).await?;
            match reply.code {
                334 if !answers.is_empty() => {}
                code if code / 100 == 2 => return Ok(()),
                _ => return Err(Failure::Account(reply.to_string())),
            }
        }
        Ok(())
    }

    /// Sends one message. `Ok` means that the server accepted it after the final dot; later replies are
    /// ignored.
    pub(super) async fn send(
        &mut self,
        from: &str,
        to: &str,
        message: &[u8],
    ) -> Result<(), Failure> {
        ours(self.command(&format!("MAIL FROM:<{from}>")).await?)?;
        let reply = self.command(&format!("RCPT TO:<{to}>")).await?;
        if reply.refuses_recipient() {
            return Err(Failure::Recipient(reply));
        }
        ours(reply)?;
        let reply = self.command("DATA").await?;
        if reply.code / 100 != 3 {
            return Err(Failure::Refused(reply));
        }
        self.write(&stuffed(message)).await?;
        let reply = self.reply().await?;
        if reply.knows_no_recipient() {
            return Err(Failure::Recipient(reply));
        }
        done(reply)
    }

    /// Sends QUIT, and waits only briefly for the reply.
    pub(super) async fn leave(mut self) {
        self.patience = GOODBYE;
        // An error does not matter here.
        let _ = self.command("QUIT").await;
    }
}

fn done(reply: Reply) -> Result<(), Failure> {
    if reply.is_done() {
        Ok(())
    } else {
        Err(Failure::Refused(reply))
    }
}

/// Like [`done`], for commands to which a server may reply that it requires authentication (RFC 4954, 6).
fn ours(reply: Reply) -> Result<(), Failure> {
    match reply.code {
        530 | 534 | 535 | 538 => Err(Failure::Account(reply.to_string())),
        _ => done(reply),
    }
}

/// The message with CRLF line ends, doubled dots at the beginning of lines, and the final dot (RFC 5321,
/// 4.5.2).
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(message.len() + 64);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b".") {
            bytes.push(b'.');
        }
        bytes.extend_from_slice(line);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b".\r\n");
    bytes
}

impl Failure {
    /// The failure as a delivery error, with a text that may be logged: it names neither an address nor the
    /// recipient, whose name before the `@` is `name`.
    pub(super) fn judged(self, name: &str) -> DeliveryError {
        let text = |ours: &str, reply: &str| {
            super::plain(&format!("{ours}: {}", super::without(reply, name)))
        };
        match self {
            Self::Recipient(reply) => DeliveryError::Permanent(text(
                "the mail server refused the recipient",
                &reply.to_string(),
            )),
            Self::Refused(reply) => {
                DeliveryError::Transient(text("the mail server refused", &reply.to_string()))
            }
            Self::Account(why) => DeliveryError::Transient(text(
                "SMTP_USERNAME, SMTP_PASSWORD: the mail server refused them",
                &why,
            )),
            Self::Unable(why) => DeliveryError::Transient(why.to_owned()),
            Self::TooSlow(patience) => DeliveryError::Transient(format!(
                "the mail server did not finish within {} s: see SMTP_TIMEOUT_SECONDS",
                patience.as_secs_f32()
            )),
            Self::Io(error) => DeliveryError::Transient(super::words(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_ends_the_message_before_its_time() {
        for (message, wire) in [
            ("a\r\nb\r\n", "a\r\nb\r\n.\r\n"),
            (".\r\n..x\r\n", "..\r\n...x\r\n.\r\n"),
            ("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"),
            ("", ".\r\n"),
        ] {
            assert_eq!(stuffed(message.as_bytes()), wire.as_bytes(), "{message:?}");
        }
    }
}

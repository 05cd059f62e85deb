//! A client's socket with time limits: for the rest of a request's head, and for reading what we have
//! written. actix itself limits only the first head of a connection, and no write.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::web::connection::{Connection, Unread};

/// How long a connection waits for its client.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeLimits {
    /// For the rest of a request's head.
    pub(super) head: Duration,
    /// For the client to accept another byte.
    pub(super) write: Duration,
    /// For the next request.
    pub(super) idle: Duration,
}

pub(super) struct BoundedSocket<Io> {
    io: Io,
    patience: TimeLimits,
    connection: Connection,
    /// Wakes the connection to check its time limits.
    timer: Pin<Box<Sleep>>,
    armed: bool,
    /// Since when the client has read nothing.
    stalled: Option<Instant>,
    /// Whether we read no further requests until the client reads our answers.
    holds_back: bool,
    wrote: Instant,
}

impl<Io> BoundedSocket<Io> {
    pub(super) fn new(io: Io, patience: TimeLimits, connection: Connection) -> Self {
        Self {
            io,
            patience,
            connection,
            timer: Box::pin(sleep(patience.head)),
            armed: false,
            stalled: None,
            holds_back: false,
            wrote: Instant::now(),
        }
    }

    /// The connection as its requests see it.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The end of the time limit; `None` if we do not wait for the client.
    fn deadline(&self) -> Option<Instant> {
        if let Some(since) = self.stalled {
            return Some(since + self.patience.write);
        }
        match self.connection.unread() {
            // A request is being answered: check again later.
            None => Some(Instant::now() + self.patience.head),
            Some(Unread::Nothing) => None,
            // While an answer is being written, the next head may be incomplete.
            Some(Unread::Head(since)) => Some(since.max(self.wrote) + self.patience.head),
            Some(Unread::Rest(since)) => {
                Some(since.max(self.wrote) + self.patience.idle + self.patience.head)
            }
        }
    }

    /// Ready once a time limit has passed; otherwise sets the timer.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let Some(deadline) = self.deadline() else {
                self.armed = false;
                return Poll::Pending;
            };
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            if !self.armed || self.timer.deadline() > deadline.into() {
                self.timer.as_mut().reset(deadline.into());
                self.armed = true;
            }
            ready!(self.timer.as_mut().poll(cx));
            self.armed = false;
        }
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for BoundedSocket<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.stalled.is_some() {
            // A client that reads no answers may not send further requests.
            self.holds_back = true;
        } else {
            let before = buf.filled().len();
            if let Poll::Ready(read) = Pin::new(&mut self.io).poll_read(cx, buf) {
                if buf.filled().len() > before {
                    self.connection.note_read();
                }
                return Poll::Ready(read);
            }
        }
        ready!(self.poll_deadline(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for BoundedSocket<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = Pin::new(&mut self.io).poll_write(cx, buf) {
            self.wrote = Instant::now();
            self.stalled = None;
            if std::mem::take(&mut self.holds_back) {
                cx.waker().wake_by_ref();
            }
            return Poll::Ready(written);
        }
        self.stalled.get_or_insert_with(Instant::now);
        ready!(self.poll_deadline(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;
    use crate::web::connection::Connections;

    const PATIENCE: TimeLimits = TimeLimits {
        head: Duration::from_millis(200),
        write: Duration::from_millis(200),
        idle: Duration::from_millis(600),
    };

    fn patient<Io>(io: Io) -> BoundedSocket<Io> {
        BoundedSocket::new(io, PATIENCE, Connection::open(&Connections::new(8)))
    }

    #[tokio::test]
    async fn an_endless_head_times_out() {
        let (mut client, server) = duplex(1024);
        let mut server = patient(server);
        let mut read = [0; 64];
        client.write_all(b"GET / HT").await.unwrap();
        assert_eq!(server.read(&mut read).await.unwrap(), 8);
        let began = Instant::now();
        let error = server.read(&mut read).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() >= PATIENCE.head);
    }

    #[tokio::test]
    async fn a_request_being_answered_has_no_time_limit() {
        let (mut client, server) = duplex(1024);
        let mut server = patient(server);
        let mut read = [0; 64];
        client.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        assert_ne!(server.read(&mut read).await.unwrap(), 0);
        let answering = server.connection().answering();
        let waited = tokio::time::timeout(PATIENCE.head * 3, server.read(&mut read));
        assert!(waited.await.is_err(), "it is still open");
        // These bytes are the rest of a body, or a head to which the limit of an idle connection applies.
        client.write_all(b"GET").await.unwrap();
        assert_ne!(server.read(&mut read).await.unwrap(), 0);
        drop(answering);
        let began = Instant::now();
        server.read(&mut read).await.unwrap_err();
        assert!(began.elapsed() >= PATIENCE.idle);
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_disconnected_and_its_requests_are_not_read() {
        let (mut client, server) = duplex(16);
        let mut server = patient(server);
        client.write_all(b"0123456789").await.unwrap();
        server.write_all(&[b'x'; 16]).await.unwrap();
        let began = Instant::now();
        let error = server.write_all(b"more").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() >= PATIENCE.write);
        let error = server.read(&mut [0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut, "it was not read");
    }

    #[tokio::test]
    async fn a_client_that_reads_slowly_stays_connected() {
        let (mut client, server) = duplex(16);
        let mut server = patient(server);
        let mut taken = [0; 16];
        let taking = async {
            for _ in 0..8 {
                sleep(PATIENCE.write / 2).await;
                client.read_exact(&mut taken).await.unwrap();
            }
        };
        let (written, ()) = tokio::join!(server.write_all(&[b'x'; 128]), taking);
        written.unwrap();
    }
}

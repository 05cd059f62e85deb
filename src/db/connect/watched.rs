//! A connection that ends itself when an answer does not arrive in time, or when the server reports an
//! error after which the connection cannot be used.
//!
//! This is below the driver, so it applies to every statement, every commit and every request of a
//! pipeline, whichever request sends it. A stopped server cannot end a statement, and a network that drops
//! packets reports nothing.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

use super::{
    super::error::ends_connection,
    frames::{Answers, Requests, Said},
};

/// The longest wait for an answer, and for each part of it.
#[derive(Debug, Clone)]
pub(in crate::db) struct Patience(Arc<AtomicU64>);

impl Patience {
    pub(super) fn new(patience: Duration) -> Self {
        let fresh = Self(Arc::default());
        fresh.set(patience);
        fresh
    }

    /// Sets the limit for what is sent later.
    pub(in crate::db) fn set(&self, patience: Duration) {
        let millis = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        self.0.store(millis, Ordering::Relaxed);
    }

    fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

pub(super) struct Watched<S> {
    stream: S,
    patience: Patience,
    requests: Requests,
    answers: Answers,
    /// Requests without an answer so far.
    unanswered: u32,
    /// Fires when nothing has arrived for too long.
    alarm: Option<Pin<Box<Sleep>>>,
    health: Health,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    /// The server reported that it cannot be used; pending answers are still read.
    Condemned,
    Ended,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, patience: Patience) -> Self {
        Self {
            stream,
            patience,
            requests: Requests::default(),
            answers: Answers::default(),
            unanswered: 0,
            alarm: None,
            health: Health::Good,
        }
    }

    fn received(&mut self, bytes: &[u8]) {
        let Self {
            answers,
            unanswered,
            health,
            ..
        } = self;
        answers.said_in(bytes, |said| match said {
            Said::Ready => {
                *unanswered = unanswered.saturating_sub(1);
                if *health == Health::Condemned {
                    *health = Health::Ended;
                }
            }
            Said::Failed(state) => {
                let state = str::from_utf8(&state).unwrap_or_default();
                if *health == Health::Good && ends_connection(state) {
                    tracing::warn!(sqlstate = state, "a database connection is given up");
                    *health = Health::Condemned;
                }
            }
        });
    }

    /// Fails when nothing has arrived for too long.
    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let patience = &self.patience;
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(sleep(patience.get())));
        ready!(alarm.as_mut().poll(cx));
        tracing::warn!("the database does not answer, and a connection is given up");
        let what = "the database does not answer";
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, what))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.health == Health::Ended {
            // The end of the stream: the driver closes the connection, and the pool drops it.
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Ready(outcome) => {
                self.alarm = None;
                self.received(&buf.filled()[before..]);
                Poll::Ready(outcome)
            }
            Poll::Pending if self.unanswered == 0 => {
                self.alarm = None;
                Poll::Pending
            }
            Poll::Pending => self.poll_alarm(cx).map(Err),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Poll::Ready(outcome) = Pin::new(&mut self.stream).poll_write(cx, bytes) else {
            return self.poll_alarm(cx).map(Err);
        };
        if let Ok(count) = outcome {
            // Bytes that the kernel accepted do not show that the server is alive while an answer is
            // pending.
            if self.unanswered == 0 {
                self.alarm = None;
            }
            self.unanswered += self.requests.begun_in(&bytes[..count]);
        }
        // The driver reads before it writes, and may not read again until it is woken.
        if self.unanswered > 0
            && let Poll::Ready(error) = self.poll_alarm(cx)
        {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Watched<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

//! A connection that ends itself: when an answer does not come in time, and when the server says
//! something after which the connection is of no more use.
//!
//! This is below the driver, so that it holds for every statement, every commit and every request of
//! a pipeline, whichever request sends it. A server that is stopped cannot end a statement, and a network that
//! swallows packets tells no one.

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

/// How long an answer may take to come, or to go on.
#[derive(Debug, Clone)]
pub(in crate::db) struct Patience(Arc<AtomicU64>);

impl Patience {
    pub(super) fn new(patience: Duration) -> Self {
        let fresh = Self(Arc::default());
        fresh.set(patience);
        fresh
    }

    /// For what is sent from now on.
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
    /// Requests that wait for their answer.
    unanswered: u32,
    /// Rings when nothing has moved for too long.
    alarm: Option<Pin<Box<Sleep>>>,
    health: Health,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    /// The server said that it is of no more use; what it answers now is still read.
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

    /// Fails once nothing has moved for too long.
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
            // The end of the stream: the driver lets go of the connection, and the pool with it.
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
            // Bytes that the kernel took are no sign of life while an answer is awaited.
            if self.unanswered == 0 {
                self.alarm = None;
            }
            self.unanswered += self.requests.begun_in(&bytes[..count]);
        }
        // The driver reads before it writes, and may not read again until something wakes it.
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

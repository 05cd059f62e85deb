//! Whether the server still serves, between one look at it and the next.

use std::time::Duration;

use tokio::time::Instant;

use super::error::StartError;
use super::postmaster::Postmaster;
use super::server::{Answer, SILENCE_PATIENCE, Server};

/// How often a server that runs is asked whether it answers. Each question is a connection.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// What is known of a server.
#[derive(Debug)]
pub(super) struct Watch {
    /// Whether it was ever found among the processes. Where it was, its disappearance is its death.
    /// A server that another container started is never seen, and only its silence tells.
    pub(super) was_seen: bool,
    asked: Instant,
    /// Since when it runs and does not answer.
    silent_since: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    Serves,
    Dead,
    /// Its process runs and has not listened on the socket since then.
    Silent(Instant),
}

impl Watch {
    pub(super) fn new(was_seen: bool) -> Self {
        Self {
            was_seen,
            asked: Instant::now(),
            silent_since: None,
        }
    }

    pub(super) async fn look(&mut self, server: &Server) -> Result<Health, StartError> {
        if !matches!(server.process().await?, Postmaster::Runs(_)) {
            let dead = server.ask().await == Answer::Silence;
            return Ok(if dead { Health::Dead } else { Health::Serves });
        }
        self.was_seen = true;
        if self.silent_since.is_none() && self.asked.elapsed() < ASK_EVERY {
            return Ok(Health::Serves);
        }
        self.asked = Instant::now();
        if server.ask().await != Answer::Silence {
            self.silent_since = None;
            return Ok(Health::Serves);
        }
        let since = *self.silent_since.get_or_insert(self.asked);
        Ok(if since.elapsed() > SILENCE_PATIENCE {
            Health::Silent(since)
        } else {
            Health::Serves
        })
    }
}

//! A server that dies while it is used is started again, by whichever process on the cluster comes
//! first; the others find it running.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::{error, info, warn};

use super::error::StartError;
use super::locks::Gate;
use super::server::State;
use super::{LocalPostgres, access, cluster};

/// How often the process table is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often a start is tried after one death.
const ATTEMPTS: u32 = 3;
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(1);
/// A server that dies this often within a while is not worth another start: what kills it has to
/// be found.
const DEATHS: usize = 10;
const WITHIN: Duration = Duration::from_mins(10);

/// Why a server that died is not started again. `Display` is one line.
#[derive(Debug, thiserror::Error)]
pub enum LostError {
    /// It does not start any more.
    #[error("the local PostgreSQL died and cannot be started again: {0}")]
    NotBack(#[from] StartError),
    /// It dies again and again.
    #[error(
        "the local PostgreSQL died {DEATHS} times within {} minutes; see its log {log}",
        WITHIN.as_secs() / 60,
        log = .0.display()
    )]
    TooOften(std::path::PathBuf),
}

impl LocalPostgres {
    /// Watches the server and starts it again where it died, for as long as that is possible; only
    /// then this returns. `restarted` is called each time that this process brought it back.
    ///
    /// May be dropped at any time; [`stop`](Self::stop) then waits for a start under way.
    pub async fn supervise(&self, restarted: impl Fn()) -> LostError {
        let mut deaths: Vec<Instant> = Vec::new();
        // Where it runs in sight of this process, its disappearance is its death. A server that
        // another container started was never seen, and only its silence tells.
        let mut was_seen = false;
        loop {
            sleep(LOOK_EVERY).await;
            match self.server.is_dead(&mut was_seen).await {
                Ok(false) => continue,
                Ok(true) => {}
                Err(error) => {
                    warn!(%error, "the local Postgres cannot be looked at");
                    continue;
                }
            }
            let died = Instant::now();
            error!(log = %self.layout.log.display(), "the local Postgres died; starting it again");
            deaths.retain(|death| death.elapsed() < WITHIN);
            if deaths.len() >= DEATHS {
                return LostError::TooOften(self.layout.log.clone());
            }
            deaths.push(died);
            match self.bring_back(was_seen).await {
                Ok(State::Down) => {
                    restarted();
                    warn!(took = ?died.elapsed(), "the local Postgres was started again");
                }
                Ok(State::Up) => {
                    info!(took = ?died.elapsed(), "the local Postgres was started again by another process");
                }
                Err(error) => return error.into(),
            }
        }
    }

    /// Starts it again, unless another process did; returns how it was found.
    async fn bring_back(&self, was_seen: bool) -> Result<State, StartError> {
        let mut attempt = 1;
        loop {
            match self.start_again(was_seen).await {
                Err(error) if attempt < ATTEMPTS => {
                    error!(%error, attempt, "the local Postgres does not start");
                    attempt += 1;
                    sleep(BETWEEN_ATTEMPTS).await;
                }
                done => return done,
            }
        }
    }

    async fn start_again(&self, was_seen: bool) -> Result<State, StartError> {
        let gate = Gate::enter(&self.layout.gate).await?;
        let found = self.server.settle(was_seen).await?;
        if found == State::Down {
            let Self {
                options,
                layout,
                account,
                ..
            } = self;
            let programs = cluster::ensure(options, layout, account, &gate).await?;
            access::refuse_tcp(layout, account)?;
            self.server
                .launch(&programs, options.durability, &gate)
                .await?;
        }
        gate.leave();
        Ok(found)
    }
}

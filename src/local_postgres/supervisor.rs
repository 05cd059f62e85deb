//! A server that dies while it is used, or ceases to answer on its socket, is started again, by
//! whichever process on the cluster comes first; the others find it running.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::{error, info, warn};

use super::error::StartError;
use super::locks::Gate;
use super::server::State;
use super::socket::SocketFolder;
use super::watch::{Health, Watch};
use super::{LocalPostgres, access, cluster};

/// How often the process table is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// For how long a start is tried again after one death. What stands in its way may go by itself,
/// such as the entry of a dead process that the system has yet to remove.
const PATIENCE: Duration = Duration::from_secs(20);
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
        let mut watch = Watch::new(self.was_seen);
        loop {
            sleep(LOOK_EVERY).await;
            let found = Instant::now();
            let log = self.layout.log.display();
            let silent_since = match watch.look(&self.server).await {
                Ok(Health::Serves) => continue,
                Ok(Health::Dead) => {
                    error!(%log, "the local Postgres died; starting it again");
                    found
                }
                Ok(Health::Silent(since)) => {
                    error!(%log, "the local Postgres runs and does not answer; starting it again");
                    since
                }
                Err(error) => {
                    warn!(%error, "the local Postgres cannot be looked at");
                    continue;
                }
            };
            deaths.retain(|death| death.elapsed() < WITHIN);
            if deaths.len() >= DEATHS {
                return LostError::TooOften(self.layout.log.clone());
            }
            deaths.push(found);
            match self.bring_back(watch.was_seen, silent_since).await {
                Ok(State::Down) => {
                    restarted();
                    warn!(took = ?found.elapsed(), "the local Postgres was started again");
                    watch = Watch::new(true);
                }
                Ok(State::Up) => {
                    info!(took = ?found.elapsed(), "the local Postgres was started again by another process");
                    // Perhaps in another container.
                    watch = Watch::new(false);
                    if let Err(error) = watch.look(&self.server).await {
                        warn!(%error, "the local Postgres cannot be looked at");
                    }
                }
                Err(error) => return error.into(),
            }
        }
    }

    /// Starts it again, unless another process did; returns how it was found.
    async fn bring_back(&self, was_seen: bool, silent_since: Instant) -> Result<State, StartError> {
        let begun = Instant::now();
        loop {
            match self.start_again(was_seen, silent_since).await {
                Err(error) if begun.elapsed() < PATIENCE => {
                    error!(%error, "the local Postgres does not start; trying again");
                    sleep(BETWEEN_ATTEMPTS).await;
                }
                done => return done,
            }
        }
    }

    async fn start_again(
        &self,
        was_seen: bool,
        silent_since: Instant,
    ) -> Result<State, StartError> {
        let gate = Gate::enter(&self.layout.gate).await?;
        let found = self.server.settle(was_seen, silent_since).await?;
        if found == State::Down {
            let Self {
                options,
                layout,
                account,
                ..
            } = self;
            let programs = cluster::ensure(options, layout, account, &gate).await?;
            access::refuse_tcp(layout, account)?;
            // The folder may be what was lost. Its name remains, unless another user took it.
            SocketFolder::prepare(layout, account)?;
            self.server
                .launch(&programs, options.durability, &gate)
                .await?;
        }
        gate.leave();
        Ok(found)
    }
}

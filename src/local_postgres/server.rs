//! Asks whether the server answers, starts it and stops it.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Signal, kill_process};
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};
use tracing::warn;

use super::account::Account;
use super::cluster;
use super::error::{At, IoError, StartError, StopError};
use super::layout::Layout;
use super::locks::Gate;
use super::postmaster::{self, Postmaster};
use super::programs::Programs;
use super::socket::SocketFolder;
use super::{Durability, NAME, log, orphans};

const POLL: Duration = Duration::from_millis(10);
/// How long a start may take. During recovery after a power cut, the server answers "starting up".
const START_PATIENCE: Duration = Duration::from_mins(1);
/// How long a server may run without listening on its socket.
pub(super) const SILENCE_PATIENCE: Duration = Duration::from_secs(5);
const STOP_PATIENCE: Duration = Duration::from_mins(1);
/// Part of the message of Postgres when processes of a killed server still run. They notice that the server is gone,
/// but only between two statements.
const ORPHANS: &str = "pre-existing shared memory block";
const ORPHANS_PATIENCE: Duration = Duration::from_secs(20);
/// How long these processes may take to end by themselves, and again after a signal.
const ORPHANS_LEFT: Duration = Duration::from_secs(4);
const ORPHANS_KILLED: Duration = Duration::from_secs(8);
const ORPHANS_POLL: Duration = Duration::from_millis(100);
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);

/// Whether a server serves the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Up,
    Down,
}

/// The answer from the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Ready,
    /// The server accepts connections, but our database does not exist yet.
    NoDatabase,
    /// A server runs, but is starting up or shutting down.
    NotNow,
    /// No server listens on the socket.
    Silence,
}

/// The server of one cluster, running or not. Callers hold the gate during every method.
#[derive(Debug)]
pub(super) struct Server {
    layout: Layout,
    account: Account,
    pub(super) folder: SocketFolder,
}

impl Server {
    pub(super) fn new(layout: &Layout, account: &Account, folder: SocketFolder) -> Self {
        Self {
            layout: layout.clone(),
            account: account.clone(),
            folder,
        }
    }

    /// Waits until the cluster answers or certainly has no server, and removes the files that a dead server left.
    ///
    /// `alone` says that no other process uses the cluster. Only then is it safe to ignore the pid file: otherwise the
    /// server may run where this process cannot see it. `silent_since` is when the server was first found not to
    /// answer; a caller that has not asked before gives the current time.
    pub(super) async fn settle(
        &self,
        alone: bool,
        mut silent_since: Instant,
    ) -> Result<State, StartError> {
        let begun = Instant::now();
        loop {
            match self.ask().await {
                Answer::Ready | Answer::NoDatabase => return Ok(State::Up),
                Answer::NotNow => silent_since = Instant::now(),
                Answer::Silence => match self.process().await? {
                    Postmaster::Absent => return Ok(State::Down),
                    Postmaster::Stale => {
                        if alone {
                            postmaster::disown(&self.layout, &self.account)?;
                            self.folder.clear()?;
                        }
                        return Ok(State::Down);
                    }
                    Postmaster::Runs(pid) if silent_since.elapsed() > SILENCE_PATIENCE => {
                        if !alone {
                            return Err(self.unresponsive(pid));
                        }
                        warn!(
                            pid = pid.as_raw_nonzero(),
                            "the local Postgres lost its socket, restarting it"
                        );
                        self.halt().await?;
                    }
                    Postmaster::Runs(_) => (),
                },
            }
            if begun.elapsed() > START_PATIENCE {
                return Err(self.did_not_come_up(0));
            }
            sleep(POLL).await;
        }
    }

    /// The state of the server in the process table.
    pub(super) async fn process(&self) -> Result<Postmaster, IoError> {
        Postmaster::of(&self.layout.cluster, &self.account).await
    }

    /// Starts the server and waits until it accepts connections.
    pub(super) async fn launch(
        &self,
        programs: &Programs,
        durability: Durability,
        gate: &Gate,
    ) -> Result<(), StartError> {
        cluster::write_settings(&self.layout, &self.folder.path, durability)?;
        let begun = Instant::now();
        loop {
            match self.launch_once(programs, gate).await {
                Err(StartError::DidNotComeUp { last_lines, .. })
                    if last_lines.contains(ORPHANS) && begun.elapsed() < ORPHANS_PATIENCE =>
                {
                    match begun.elapsed() {
                        waited if waited > ORPHANS_KILLED => {
                            orphans::end(&self.layout.cluster, Signal::KILL);
                        }
                        waited if waited > ORPHANS_LEFT => {
                            orphans::end(&self.layout.cluster, Signal::QUIT);
                        }
                        _ => (),
                    }
                    sleep(ORPHANS_POLL).await;
                }
                launched => return launched,
            }
        }
    }

    /// `pg_ctl` starts the server in its own process session, on every system, and ends with an error as soon as the
    /// server ends. Paths are relative to the working directory, because `pg_ctl` passes its arguments to a shell
    /// without quotes.
    async fn launch_once(&self, programs: &Programs, gate: &Gate) -> Result<(), StartError> {
        let log = log::open(&self.layout.log).at("open", &self.layout.log)?;
        let log_start = log.metadata().at("look at", &self.layout.log)?.len();
        let program = programs.path("pg_ctl");
        let mut pg_ctl = self.account.command(&program);
        pg_ctl.args([
            "start",
            "--silent",
            "--wait",
            "--pgdata=.",
            // Forces the socket permissions, even if a settings file says otherwise: anyone who can open the socket
            // is a superuser.
            "--options=-c config_file=../postgres.conf -c unix_socket_permissions=0700",
        ]);
        pg_ctl.arg(format!("--timeout={}", START_PATIENCE.as_secs()));
        pg_ctl
            .current_dir(&self.layout.cluster)
            .stdin(gate.as_stdin().at("share", &self.layout.gate)?);
        pg_ctl
            .stderr(log.try_clone().at("open", &self.layout.log)?)
            .stdout(log);
        let mut starting = pg_ctl.spawn().at("run", &program)?;
        let begun = Instant::now();
        while !matches!(self.ask().await, Answer::Ready | Answer::NoDatabase) {
            match starting.try_wait().at("wait for", &program)? {
                // It was ready, which `pg_ctl` asks less often. If it has died since, that is the
                // death of a server that served, and the supervisor finds it.
                Some(status) if status.success() => break,
                None if begun.elapsed() <= START_PATIENCE => sleep(POLL).await,
                _ => return Err(self.did_not_come_up(log_start)),
            }
        }
        Ok(())
    }

    /// Creates our database if it is missing, on the first start or after an interrupted one.
    pub(super) async fn ensure_database(&self) -> Result<(), StartError> {
        if self.ask().await != Answer::NoDatabase {
            return Ok(());
        }
        self.connect("postgres")
            .await?
            .batch_execute(&format!("CREATE DATABASE {NAME}"))
            .await?;
        Ok(())
    }

    /// Makes the running server read `pg_hba.conf` again, and ends the TCP sessions that it had accepted.
    pub(super) async fn reload_access(&self) -> Result<(), StartError> {
        let over_tcp = "SELECT pg_reload_conf();
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_addr IS NOT NULL";
        Ok(self
            .connect("postgres")
            .await?
            .batch_execute(over_tcp)
            .await?)
    }

    /// Warns if the server listens on a TCP port. It refuses every connection there, and others can see that it runs.
    pub(super) async fn warn_of_tcp(&self) -> Result<(), StartError> {
        let listening = "SELECT current_setting('listen_addresses')";
        let row = self.connect(NAME).await?.query_one(listening, &[]).await?;
        let addresses: String = row.get(0);
        if !addresses.is_empty() {
            warn!(
                listen_addresses = addresses,
                "the local Postgres listens on TCP, where it refuses every connection: take \
                 listen_addresses out of postgres.local.conf and postgresql.auto.conf"
            );
        }
        Ok(())
    }

    /// A "fast" shutdown. Returns when the server has written all data and ended.
    pub(super) async fn halt(&self) -> Result<(), StopError> {
        let Postmaster::Runs(pid) = self.process().await? else {
            return Ok(());
        };
        // If the server has ended in the meantime, the loop notices.
        let _ = kill_process(pid, Signal::INT);
        let begun = Instant::now();
        while matches!(self.process().await?, Postmaster::Runs(_)) {
            if begun.elapsed() > STOP_PATIENCE {
                return Err(StopError::StillRunning {
                    pid: pid.as_raw_nonzero().get(),
                    waited: STOP_PATIENCE,
                });
            }
            sleep(POLL).await;
        }
        Ok(())
    }

    pub(super) async fn ask(&self) -> Answer {
        match timeout(ANSWER_PATIENCE, self.connect(NAME)).await {
            Ok(Ok(_)) => Answer::Ready,
            Ok(Err(error)) => match error.code() {
                Some(code) if *code == SqlState::INVALID_CATALOG_NAME => Answer::NoDatabase,
                Some(code) if *code == SqlState::CANNOT_CONNECT_NOW => Answer::NotNow,
                // For example too many clients: the server runs, and the caller gets the same error.
                Some(_) => Answer::Ready,
                None if no_one_listens(&error) => Answer::Silence,
                // The queue of the socket is full, or this process cannot open more files.
                None => Answer::NotNow,
            },
            Err(_) => Answer::NotNow,
        }
    }

    async fn connect(&self, database: &str) -> Result<Client, tokio_postgres::Error> {
        let mut config = Config::new();
        config
            .host_path(&self.folder.path)
            .user(NAME)
            .dbname(database)
            .application_name(NAME);
        let (client, connection) = config.connect(NoTls).await?;
        // The task ends when the client is dropped.
        tokio::spawn(connection);
        Ok(client)
    }

    fn did_not_come_up(&self, log_start: u64) -> StartError {
        let log: PathBuf = self.layout.log.clone();
        StartError::DidNotComeUp {
            last_lines: log::last_lines_since(&log, log_start),
            log,
        }
    }

    fn unresponsive(&self, pid: rustix::process::Pid) -> StartError {
        StartError::Unresponsive {
            pid: pid.as_raw_nonzero().get(),
            cluster: self.layout.cluster.clone(),
            log: self.layout.log.clone(),
        }
    }
}

/// Whether the error says that no server listens on the socket, or that the socket cannot be reached.
fn no_one_listens(error: &tokio_postgres::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    cause.is_some_and(|cause: &io::Error| {
        matches!(
            cause.kind(),
            ErrorKind::NotFound
                | ErrorKind::ConnectionRefused
                | ErrorKind::NotADirectory
                | ErrorKind::PermissionDenied
        )
    })
}

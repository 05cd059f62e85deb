//! The signals that a running service obeys.

use std::io::{self, IsTerminal};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
pub(super) enum Asked {
    /// To stop; the name of the signal.
    Stop(&'static str),
    /// To read the log filter and the certificates again.
    Reload,
}

pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
    /// Then SIGHUP says that the terminal is gone.
    at_terminal: bool,
}

impl Signals {
    pub(super) fn register() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            at_terminal: io::stdin().is_terminal(),
        })
    }

    pub(super) async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.interrupt.recv() => Asked::Stop("SIGINT"),
            _ = self.terminate.recv() => Asked::Stop("SIGTERM"),
            _ = self.hangup.recv() => {
                if self.at_terminal {
                    Asked::Stop("SIGHUP")
                } else {
                    Asked::Reload
                }
            }
        }
    }

    /// Waits for a signal to stop. A reload has no effect before the service runs.
    pub(super) async fn stop(&mut self) {
        while let Asked::Reload = self.next().await {}
    }
}

//! What systemd is told and what it passes: readiness, the watchdog, a listener that outlives this process.
//! Started in another way, the process tells nothing and gets nothing.

use std::{
    convert::Infallible,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use listenfd::ListenFd;
use sd_notify::{NotifyState, notify, watchdog_enabled};
use tokio::time::{MissedTickBehavior, interval};

use crate::{app::Server, cli::setup::Failure};

/// The target of this module's log lines.
const LOG: &str = "vestibule::cli::serve";

/// How many times a thread may fail to answer before systemd loses its patience.
const PINGS: u32 = 3;

/// The listener of the socket unit, if systemd has passed one (`LISTEN_FDS`).
pub(super) fn listener() -> Result<Option<TcpListener>, Failure> {
    let mut passed = ListenFd::from_env();
    match passed.len() {
        0 => Ok(None),
        1 => passed.take_tcp_listener(0).map_err(|error| {
            format!("the socket in LISTEN_FDS is not for listening on TCP: {error}").into()
        }),
        many => {
            let why = format!("{many} sockets are in LISTEN_FDS, and one is served");
            Err(format!("{why}: keep one ListenStream= in the socket unit").into())
        }
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = notify(states) {
        tracing::warn!(target: LOG, %error, "systemd cannot be told how the service is");
    }
}

/// Requests are answered now.
pub(super) fn tell_ready(listen: SocketAddr) {
    let status = format!("Serving on {listen}");
    tell(&[NotifyState::Ready, NotifyState::Status(&status)]);
}

/// Settings are being read again, until [`tell_reloaded`].
pub(super) fn tell_reloading() {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        tell(&[NotifyState::Reloading, now]);
    }
}

pub(super) fn tell_reloaded() {
    tell(&[NotifyState::Ready]);
}

pub(super) fn tell_stopping() {
    let status = NotifyState::Status("Answering the last requests");
    tell(&[NotifyState::Stopping, status]);
}

/// Pings systemd as long as every serving thread answers. If one does not, systemd ends the process after
/// `WatchdogSec=` and starts it again. Never returns.
pub(super) async fn watchdog(server: &Server) -> Infallible {
    let Some(limit) = watchdog_enabled() else {
        return std::future::pending().await;
    };
    let pause = (limit / PINGS).max(Duration::from_millis(1));
    let mut tick = interval(pause);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if server.is_alive(pause).await {
            tell(&[NotifyState::Watchdog]);
        } else {
            tracing::error!(target: LOG, "a serving thread does not answer");
        }
    }
}

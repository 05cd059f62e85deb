//! What the application gets from the system and a test replaces: the clock, randomness, the mail
//! transport.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use rand::{TryRng, rngs::SysRng};

use crate::{
    domain::{clock::Clock, secrets::random::Random},
    mail::Transport,
};

pub struct System {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// The mail transport; `None` uses the one of the settings.
    pub transport: Option<Transport>,
}

impl Default for System {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            transport: None,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the machine"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn elapsed(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }
}

#[derive(Debug, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::expect_used,
        reason = "without randomness nothing here is safe: better stop than go on"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        SysRng
            .try_fill_bytes(bytes)
            .expect("the operating system gives no randomness");
    }
}

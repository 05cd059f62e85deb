//! Background loops: deliver the outbox, seal the audit log, import accounts, continue recoveries, delete what has
//! expired.
//! Every node may run them.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{interval, sleep, timeout},
};

use crate::{
    db::mail::outbox::TakenMail,
    flows::{
        self, Services,
        audit::{seals::Sealer, waiting::Watch},
        authenticators::recovery,
        imports::run,
        mail::deliver::{self, Carrier, Delivery},
        sign_in::breach_checks,
        upkeep::purge,
    },
    mail::Transport,
};

/// How often the outbox is checked without a notification: for retries, and for mails of nodes that stopped.
const OUTBOX_TICK: Duration = Duration::from_secs(1);
/// The notification comes within the transaction that writes a mail; this is the time to commit it.
const UNTIL_COMMITTED: Duration = Duration::from_millis(20);
/// How long a stopping node waits for the mails that it is sending, as long as for its requests. A mail
/// whose end it does not see is sent again by another node, so its recipient may get it twice.
const SENDING_ENDS: Duration = Duration::from_secs(30);
/// How often the audit log is checked for events to seal. Events found by one check are sealed by the next at the
/// latest, unless a transaction still writes.
const SEAL_TICK: Duration = Duration::from_millis(300);
/// How often confirmed imports are looked for.
const IMPORT_TICK: Duration = Duration::from_secs(1);
/// How often recoveries that are due are looked for.
const RECOVERY_TICK: Duration = Duration::from_secs(1);
/// How often expired rows are looked for.
const PURGE_TICK: Duration = Duration::from_mins(1);
/// How many queued look-ups among breached passwords run at once.
const BREACH_CHECKS: usize = 4;
/// The pause after a fault, so that a database that is down is not asked in a tight loop.
const AFTER_FAULT: Duration = Duration::from_secs(5);

pub struct Workers {
    services: Arc<Services>,
    /// Until the loops begin.
    transport: Option<Transport>,
    loops: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Workers {
    /// The loops, which do not run yet.
    pub fn new(services: &Arc<Services>, transport: Transport) -> Self {
        Self {
            services: Arc::clone(services),
            transport: Some(transport),
            loops: JoinSet::new(),
            stop: watch::Sender::new(false),
        }
    }

    /// Begins the loops. Calling it again does nothing.
    pub fn begin(&mut self) {
        let Some(transport) = self.transport.take() else {
            return;
        };
        let (services, loops) = (&self.services, &mut self.loops);
        let stopped = self.stop.subscribe();
        loops.spawn(outbox(
            Arc::clone(services),
            Carrier::Mails(transport),
            stopped.clone(),
        ));
        if services.sms.is_some() {
            loops.spawn(outbox(
                Arc::clone(services),
                Carrier::Texts,
                stopped.clone(),
            ));
        }
        for _ in 0..BREACH_CHECKS {
            loops.spawn(made_up(Arc::clone(services), stopped.clone()));
        }
        loops.spawn(sealing(Arc::clone(services), stopped.clone()));
        loops.spawn(importing(Arc::clone(services), stopped.clone()));
        loops.spawn(recovering(Arc::clone(services), stopped.clone()));
        loops.spawn(purging(Arc::clone(services), stopped));
    }

    /// Lets each loop finish its current work.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.loops.join_next().await.is_some() {}
    }
}

/// Sends mails concurrently, so that a server that takes minutes for one does not delay the others.
async fn outbox(services: Arc<Services>, carrier: Carrier, mut stopped: watch::Receiver<bool>) {
    let delivery = Arc::new(Delivery::new(carrier));
    let mut sending = JoinSet::new();
    while !*stopped.borrow() {
        while sending.try_join_next().is_some() {}
        let room = deliver::AT_ONCE - sending.len();
        match survived(take(&services, &delivery, room)).await {
            Some(Ok(taken)) if taken.is_empty() => {
                tokio::select! {
                    () = delivery.bell(&services).notified(), if room > 0 => sleep(UNTIL_COMMITTED).await,
                    Some(_) = sending.join_next(), if room == 0 => {}
                    () = sleep(OUTBOX_TICK) => {}
                    _ = stopped.changed() => {}
                }
            }
            Some(Ok(taken)) => {
                for mail in taken {
                    sending.spawn(send(Arc::clone(&services), Arc::clone(&delivery), mail));
                }
            }
            failed => {
                if let Some(Err(error)) = failed {
                    tracing::error!(%error, "the outbox could not be read");
                }
                tokio::select! {
                    () = sleep(AFTER_FAULT) => {}
                    _ = stopped.changed() => {}
                }
            }
        }
    }
    let finishing = async { while sending.join_next().await.is_some() {} };
    if timeout(SENDING_ENDS, finishing).await.is_err() {
        tracing::warn!("mails that were being sent are left to be sent again");
    }
}

async fn take(
    services: &Services,
    delivery: &Delivery,
    room: usize,
) -> flows::Result<Vec<TakenMail>> {
    if room == 0 {
        return Ok(Vec::new());
    }
    deliver::take(services, delivery, room).await
}

async fn send(services: Arc<Services>, delivery: Arc<Delivery>, mail: TakenMail) {
    let sent = survived(deliver::one(&services, &delivery, &mail)).await;
    if let Some(Err(error)) = sent {
        tracing::error!(mail = %mail.id, %error, "what became of a mail could not be noted");
    }
}

/// Look-ups that wait when the node stops are repeated at the user's next sign-in.
async fn made_up(services: Arc<Services>, mut stopped: watch::Receiver<bool>) {
    loop {
        let outcome = tokio::select! {
            outcome = breach_checks::next(&services) => outcome,
            _ = stopped.changed() => return,
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "a breached password could not be noted");
        }
    }
}

async fn sealing(services: Arc<Services>, mut stopped: watch::Receiver<bool>) {
    let (mut sealer, mut watch) = (Sealer::default(), Watch::default());
    loop {
        let pause = match survived(sealer.round(&services)).await {
            Some(Ok(_)) => SEAL_TICK,
            failed => {
                if let Some(Err(error)) = failed {
                    tracing::error!(%error, "the audit log could not be sealed");
                }
                AFTER_FAULT
            }
        };
        if let Some(Err(error)) = survived(watch.look(&services)).await {
            tracing::error!(%error, "the unsealed audit events could not be counted");
        }
        tokio::select! {
            () = sleep(pause) => {}
            _ = stopped.changed() => break,
        }
    }
    if let Some(Err(error)) = survived(sealer.finish(&services)).await {
        tracing::warn!(%error, "the last audit events are not sealed yet");
    }
}

/// An import that is under way when the node stops is rolled back, and restarted by another node or the next start.
async fn importing(services: Arc<Services>, mut stopped: watch::Receiver<bool>) {
    loop {
        let outcome = tokio::select! {
            outcome = survived(run::next(&services)) => outcome,
            _ = stopped.changed() => return,
        };
        let pause = match outcome {
            Some(Ok(true)) => continue,
            Some(Ok(false)) => IMPORT_TICK,
            failed => {
                if let Some(Err(error)) = failed {
                    tracing::error!(%error, "accounts could not be imported");
                }
                AFTER_FAULT
            }
        };
        tokio::select! {
            () = sleep(pause) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Mails of recoveries that are due when no node runs are sent at the next start.
async fn recovering(services: Arc<Services>, mut stopped: watch::Receiver<bool>) {
    loop {
        let pause = match survived(recovery::due::run(&services)).await {
            // Turned off; what waited is deleted.
            Some(Ok(())) if services.policy.recovery_delay.is_none() => return,
            Some(Ok(())) => RECOVERY_TICK,
            failed => {
                if let Some(Err(error)) = failed {
                    tracing::error!(%error, "recoveries that are due could not be read");
                }
                AFTER_FAULT
            }
        };
        tokio::select! {
            () = sleep(pause) => {}
            _ = stopped.changed() => return,
        }
    }
}

async fn purging(services: Arc<Services>, mut stopped: watch::Receiver<bool>) {
    let mut tick = interval(PURGE_TICK);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stopped.changed() => return,
        }
        match survived(purge::expired(&services)).await {
            Some(Ok(0)) | None => {}
            Some(Ok(rows)) => tracing::debug!(rows, "expired rows deleted"),
            Some(Err(error)) => tracing::error!(%error, "expired rows could not be deleted"),
        }
    }
}

/// Runs one round of a loop; `None` if it panicked, which is in the log already. A panic must not end the
/// loop: it would go unnoticed that no mail is sent any more.
async fn survived<T>(round: impl Future<Output = T>) -> Option<T> {
    AssertUnwindSafe(round).catch_unwind().await.ok()
}

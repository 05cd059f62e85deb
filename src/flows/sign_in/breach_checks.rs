//! Passwords that could not be looked up among breached ones when they were chosen (the network was down,
//! the check was off, the account was imported). They are looked up at the next sign-in, without delaying
//! its answer.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::breach_queue::Due;
use crate::{
    breach::Finding,
    db::{self, accounts::users::UserRecord},
    domain::{
        accounts::user::User,
        audit::{Client, Event, Subject},
        password::{BreachDigest, Password},
    },
    flows::{
        Result, Services, accounts::new_password::look_up_breach, audit::record::record_anonymous,
        mail::notify::notify,
    },
    mail::Message,
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::breach_checks";

/// The right password of a sign-in, if it is still to be looked up.
pub(in crate::flows) struct DueAtSignIn(Option<BreachDigest>);

/// Records the look-up to be made, before the password is consumed.
pub(in crate::flows) fn breach_check_due(
    s: &Services,
    record: &UserRecord,
    password: &Password,
) -> DueAtSignIn {
    let due = record.breach_check_due && s.breaches.are_looked_up();
    DueAtSignIn(due.then(|| BreachDigest::of(password)))
}

/// Queues the look-up for the worker, without waiting.
pub(in crate::flows) fn queue_breach_check(
    s: &Services,
    due: DueAtSignIn,
    user: &User,
    client: &Client,
) {
    let Some(digest) = due.0 else { return };
    let due = Due {
        user: user.clone(),
        digest,
        client: client.clone(),
    };
    if !s.breach_checks.add(due) {
        tracing::warn!(target: LOG, sub = %user.id, "too many passwords wait to be looked up");
    }
}

/// Waits for a look-up that is due, and makes it. A password that turns out to be known must be
/// changed before anything else, and its owner is notified. If it stops halfway, nothing has happened.
pub async fn next(s: &Services) -> Result<()> {
    let Some(due) = s.breach_checks.next().await else {
        return Ok(());
    };
    let found = match look_up_breach(s, &due.digest).await {
        Finding::Seen => true,
        Finding::Unseen => false,
        Finding::Unknown => return Ok(()),
    };
    conclude(s, &due, found, s.now()).await
}

async fn conclude(s: &Services, due: &Due, found: bool, at: DateTime<Utc>) -> Result<()> {
    let Due { user, client, .. } = due;
    let (id, rev): (Uuid, i64) = (user.id, user.revocation_id);
    s.db.transaction(async |tx| {
        // If the password has changed since, or another node was faster, the result is ignored.
        if !db::accounts::credentials::note_breach_check(tx, id, rev, found, at).await? || !found {
            return Ok(());
        }
        record_anonymous(
            s,
            tx,
            Event::PasswordFoundBreached,
            Subject::User(id),
            client,
        )
        .await?;
        notify(s, tx, user, client, |notice| Message::PasswordBreached {
            notice,
        })
        .await
    })
    .await
}

//! The mail about a sign-in from a browser or a program that the account does not know.
//!
//! ```text
//!   a known browser ────────────────────────────────────────────────> no mail
//!   a program whose user agent had a session in the last 30 days ───> no mail
//!   the first sign-in of an account that no file brought ───────────> no mail
//!   else ───────────────────────────────────────────────────────────> a mail, merged to one an hour
//! ```

use chrono::TimeDelta;
use uuid::Uuid;

use crate::{
    db::{self, Transaction, sign_in::earlier::Begun},
    domain::{accounts::user::User, audit::Client},
    flows::{Result, Services, mail::notify::notify, sign_in::known_browser::is_known},
    mail::Message,
};

/// How long a program is known by its user agent after its last request.
const PROGRAM_KNOWN_FOR: TimeDelta = TimeDelta::days(30);

/// What signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    /// A browser on our pages, known by its device cookie.
    Browser,
    /// A program that calls the API. It keeps no device cookie, and is known by its user agent.
    Program,
}

/// Mails the owner if the account does not know what signed in, within the transaction that began the session.
pub(in crate::flows) async fn notify_of_new_device(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    session_id: Uuid,
    agent: Agent,
    client: &Client,
) -> Result<()> {
    if is_known(s, tx, user, &client.device).await? {
        return Ok(());
    }
    let now = s.now();
    let begun = Begun {
        user_id: user.id,
        session_id,
        user_agent: client.user_agent.as_deref(),
    };
    // Where the browsers of an account are forgotten, its programs are as well.
    let since = (now - PROGRAM_KNOWN_FOR).max(user.browsers_known_from.unwrap_or_default());
    let since = (agent == Agent::Program).then_some(since);
    let earlier = db::sign_in::earlier::find(tx, begun, since).await?;
    if earlier.same_user_agent || !earlier.sign_in && is_first(s, user) {
        return Ok(());
    }
    notify(s, tx, user, client, |notice| Message::NewDevice { notice }).await
}

/// Whether a sign-in without an earlier one in the audit log is the first of its account. The log may have forgotten
/// earlier ones, and an account from a file has an owner who signed in elsewhere.
fn is_first(s: &Services, user: &User) -> bool {
    let kept = s.policy.audit_retention_days.map(TimeDelta::days);
    let is_covered = kept.is_none_or(|kept| s.now() < user.created_at + kept);
    user.import_id.is_none() && is_covered
}

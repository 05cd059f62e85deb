//! Checking the user's own password again, after the sign-in or together with a mailed link.

use crate::{
    db::accounts::users::UserRecord,
    domain::{
        audit::{Event, Subject},
        password::Password,
        secrets::secret::SecretString,
    },
    flows::{
        Result, Services,
        audit::record::{Actor, record},
        flood_limits::Throttled,
        sign_in::attempts::{
            Target, count_attempt, delay_refusal, forget_failures, verify_password,
        },
    },
    hashing::Compared,
};

use super::contradiction::contradictory_factor;

/// The result of comparing a password with the user's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordCheck {
    Right,
    Wrong,
    Throttled(Throttled),
}

/// Compares a password with the user's own. Failures here count as failed sign-ins.
pub async fn check_password(
    s: &Services,
    owner: &UserRecord,
    password: &SecretString,
    actor: Actor<'_>,
) -> Result<PasswordCheck> {
    let user = &owner.user;
    let target = Target::password(&user.email_canonical);
    let attempt = match count_attempt(s, target, actor.client).await? {
        Ok(attempt) => attempt,
        Err(throttled) => return Ok(PasswordCheck::Throttled(throttled)),
    };
    let compared = match Password::parse(password) {
        Some(password) => {
            let stored = Some(owner.password_hash.as_str());
            Some(verify_password(s, &attempt, password, stored).await?)
        }
        None => None,
    };
    let is_right = compared.as_ref().is_some_and(Compared::is_match);
    if is_right && !contradictory_factor(user) {
        let conn = s.db.connection().await?;
        forget_failures(&conn, &attempt).await?;
        return Ok(PasswordCheck::Right);
    }
    let failed = Event::ReauthenticationFailed { by: "pwd" };
    let subject = Subject::User(user.id);
    s.db.transaction(async |tx| record(s, tx, failed, subject, actor).await)
        .await?;
    if let Some(Compared { refusal, .. }) = compared {
        delay_refusal(s, &attempt, refusal).await?;
    }
    Ok(PasswordCheck::Wrong)
}

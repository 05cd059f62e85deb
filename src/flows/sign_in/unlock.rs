//! Clearing the failed attempts of an address after strangers have used them up.

use chrono::TimeDelta;

use crate::{
    db::{self, Transaction},
    domain::{
        accounts::user::User,
        audit::{Client, Event, Subject},
        secrets::secret::SecretString,
        sign_in::attempts::{CEILING, Pause},
        token::Purpose,
    },
    flows::{
        Result, Services,
        audit::record::record_anonymous,
        flood_limits::{Throttled, count_request},
        sessions::tokens::mail_token,
        sign_in::mailed_link::user_of_mail_token,
    },
    throttle::{
        Route,
        account::{Guess, Notice},
    },
};

#[derive(Debug)]
pub enum Outcome {
    /// Sign-in is unlocked for this user.
    Unlocked(User),
    /// The link was used, has expired, or was invalidated by another change.
    LinkDead,
    Throttled(Pause),
}

/// The user whose sign-in a link would unlock; `None` if it is invalid. Changes nothing.
pub async fn inspect(s: &Services, token: &SecretString) -> Result<Option<User>> {
    let found = user_of_mail_token(s, Purpose::Unlock, token).await?;
    Ok(found.map(|(_, record)| record.user))
}

/// Unlocks with a token from a mail. It signs no one in.
pub async fn by_mail(s: &Services, token: &SecretString, client: &Client) -> Result<Outcome> {
    if let Some(Throttled(wait)) = count_request(s, Route::Reset, client, None) {
        return Ok(Outcome::Throttled(wait));
    }
    let Some((claims, record)) = user_of_mail_token(s, Purpose::Unlock, token).await? else {
        return Ok(Outcome::LinkDead);
    };
    let user = record.user;
    s.db.transaction(async |tx| {
        if !db::accounts::credentials::hold(tx, user.id, user.revocation_id).await?
            || !db::sessions::revoked_tokens::insert(tx, &claims).await?
        {
            return Ok(Outcome::LinkDead);
        }
        unlock(s, tx, &user).await?;
        let event = Event::SignInUnblocked { by: "mail" };
        record_anonymous(s, tx, event, Subject::User(user.id), client).await?;
        Ok(Outcome::Unlocked(user.clone()))
    })
    .await
}

/// Clears the failures at a user's password, and those at their codes if these caused a block: reading the
/// mailbox must not allow further guesses at codes before that. A completed reset does so, too. `false` if
/// there were none.
pub(in crate::flows) async fn unlock(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
) -> Result<bool> {
    let (accounts, address) = (&s.account_throttle, &user.email_canonical);
    let key = accounts.key_of(Guess::Password, address);
    let mut any = db::sign_in::throttles::clear(tx, &key).await?;
    let notice = accounts.notice_key_of(Notice::Blocked(Guess::Password), address);
    db::sign_in::throttles::clear(tx, &notice).await?;
    let key = accounts.key_of(Guess::Code, address);
    let ceiling = i32::try_from(CEILING).unwrap_or(i32::MAX);
    if db::sign_in::throttles::clear_blocked(tx, &key, ceiling).await? {
        let notice = accounts.notice_key_of(Notice::Blocked(Guess::Code), address);
        db::sign_in::throttles::clear(tx, &notice).await?;
        any = true;
    }
    Ok(any)
}

/// Clears every failure, at codes as well, because an admin has checked the user's identity.
pub(in crate::flows) async fn unlock_all(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
) -> Result<bool> {
    let unlocked = unlock(s, tx, user).await?;
    let (accounts, address) = (&s.account_throttle, &user.email_canonical);
    let former = db::accounts::email_changes::former(tx, user.id).await?;
    let former = former.iter().map(|former| &former.email_canonical);
    for recipient in former.chain([address]) {
        for guess in [Guess::Password, Guess::Code] {
            let key = accounts.link_key_of(guess, user.id, recipient);
            db::sign_in::throttles::clear(tx, &key).await?;
        }
    }
    let codes = accounts.key_of(Guess::Code, address);
    Ok(db::sign_in::throttles::clear(tx, &codes).await? || unlocked)
}

/// The link that unlocks a user's sign-in, and how long it works.
pub(super) fn unlock_link(s: &Services, user: &User) -> Result<(String, TimeDelta)> {
    let (token, expires_in) = mail_token(s, Purpose::Unlock, user)?;
    Ok((s.site.token_link("/unlock", &token), expires_in))
}

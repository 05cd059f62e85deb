//! Recovering an account by mail.

use crate::{
    db::{self},
    domain::{
        accounts::user::User,
        audit::{Client, Event, Subject},
        secrets::secret::SecretString,
        session::EndReason,
        sign_in::attempts::Pause,
        token::Purpose,
    },
    flows::{
        InputFaults, PendingSignIn, Result, Services, TokenPair,
        accounts::{
            new_password::{accept_password, hash_password, own_words},
            set_password::{NewPassword, set_password_by_mail},
        },
        audit::record::record_anonymous,
        flood_limits::{Throttled, count_request},
        mail::requested::{MailRequest, RequestOutcome, request_mail},
        sessions::{
            authenticate::HeldSession,
            tokens::{Beginning, begin_session},
        },
        sign_in::{mailed_link::user_of_mail_token, pending_reset::pending_reset},
    },
    throttle::Route,
};

/// Requests a reset link.
pub async fn request(s: &Services, email: &str, client: &Client) -> Result<RequestOutcome> {
    request_mail(s, MailRequest::Reset, email, client).await
}

/// The user whose password a reset link would set; `None` if the link is invalid. Changes nothing.
pub async fn inspect(s: &Services, token: &SecretString) -> Result<Option<User>> {
    let found = user_of_mail_token(s, Purpose::PasswordReset, token).await?;
    Ok(found.map(|(_, record)| record.user))
}

/// The result of a reset.
#[derive(Debug)]
pub enum ResetOutcome {
    /// The password was set and a session began.
    SignedIn(TokenPair),
    /// Nothing has changed yet: the code sets the password and signs in.
    SecondFactorRequired(PendingSignIn),
    /// The link was used, has expired, or was invalidated by another change.
    LinkDead,
    /// The new password is refused. The link is not used up.
    Invalid(InputFaults),
    Throttled(Pause),
}

/// Sets a new password with a token from a mail.
///
/// Ends every session and every pending change, and proves the address. Reading the mail proves one factor
/// only: if a second one is enrolled, nothing changes before its code, even in a trusted browser (see
/// `pending_reset`). The new session replaces the one in the browser.
pub async fn reset(
    s: &Services,
    token: &SecretString,
    new_password: &SecretString,
    replaces: Option<HeldSession>,
    client: &Client,
) -> Result<ResetOutcome> {
    if let Some(Throttled(wait)) = count_request(s, Route::Reset, client, None) {
        return Ok(ResetOutcome::Throttled(wait));
    }
    let Some((claims, record)) = user_of_mail_token(s, Purpose::PasswordReset, token).await? else {
        return Ok(ResetOutcome::LinkDead);
    };
    let user = &record.user;
    let password = match accept_password(s, new_password, own_words(user)).await? {
        Ok(password) => password,
        Err(why) => {
            return Ok(ResetOutcome::Invalid(InputFaults::one(
                "new_password",
                &why,
            )));
        }
    };
    let hash = hash_password(s, password).await?;
    s.db.transaction(async |tx| {
        // The factors change only with a rise of `rev`, so they are still as they were read.
        if !db::accounts::credentials::hold(tx, user.id, user.revocation_id).await? {
            return Ok(ResetOutcome::LinkDead);
        }
        if user.two_factor_enabled() {
            record_anonymous(
                s,
                tx,
                Event::PasswordResetAwaitsCode,
                Subject::User(user.id),
                client,
            )
            .await?;
            let pending = pending_reset(s, user, hash.clone(), &claims)?;
            return Ok(ResetOutcome::SecondFactorRequired(pending));
        }
        if !db::sessions::revoked_tokens::insert(tx, &claims).await? {
            return Ok(ResetOutcome::LinkDead);
        }
        let change = NewPassword {
            user,
            hash: &hash,
            reason: EndReason::PasswordReset,
            client,
        };
        let Some(user) = set_password_by_mail(s, tx, change).await? else {
            return Ok(ResetOutcome::LinkDead);
        };
        let beginning = Beginning::by_password(&user, replaces, client);
        Ok(ResetOutcome::SignedIn(
            begin_session(s, tx, beginning).await?,
        ))
    })
    .await
}

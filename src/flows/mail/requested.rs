//! Links that users request by mail: to set a new password, and to verify an address.

use crate::{
    db::{self, Transaction},
    domain::{
        accounts::{
            email::EmailAddress,
            user::{Role, User},
        },
        audit::{Client, Event},
        sign_in::attempts::Pause,
        token::Purpose,
    },
    flows::{
        InputFaults, Result, Services,
        audit::record::{record_anonymous, subject_of},
        flood_limits::{Throttled, count_request},
        mail::outbox::{Cause, Recipient, enqueue, unknown_user},
        sessions::tokens::mail_token,
        sign_in::attempts::flood_key,
    },
    mail::Message,
    throttle::Route,
};

/// The result of a request for a mail.
#[derive(Debug)]
pub enum RequestOutcome {
    /// If the address has an account, a mail will be sent. The answer is the same for every address.
    Accepted,
    /// The text is not an address.
    Invalid(InputFaults),
    Throttled(Pause),
}

/// The kinds of mails that users request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flows) enum MailRequest {
    Reset,
    Verification,
}

impl MailRequest {
    fn event(self) -> Event {
        match self {
            Self::Reset => Event::PasswordResetRequested,
            Self::Verification => Event::VerificationRequested,
        }
    }

    /// Whether there is anything to mail to this user.
    fn suits(self, s: &Services, user: &User) -> bool {
        let may_sign_in = user.disabled_at.is_none() && !user.sign_in_frozen(s.now());
        may_sign_in && (self == Self::Reset || !user.mailbox_proven())
    }
}

/// Writes the requested mail, or a decoy: known, unknown and disabled addresses cause the same work and
/// get the same answer.
pub(in crate::flows) async fn request_mail(
    s: &Services,
    request: MailRequest,
    email: &str,
    client: &Client,
) -> Result<RequestOutcome> {
    let email = match EmailAddress::parse(email) {
        Ok(email) => email,
        Err(why) => return Ok(RequestOutcome::Invalid(InputFaults::one("email", &why))),
    };
    // Requests by strangers do not use up those of known browsers of this address.
    let flood_key = flood_key(s, email.canonical(), client);
    if let Some(Throttled(wait)) = count_request(s, Route::ForgotPassword, client, Some(&flood_key))
    {
        return Ok(RequestOutcome::Throttled(wait));
    }
    let shared = s.db.shared().await?;
    let found = db::accounts::users::find_by_email(&shared, email.canonical())
        .await?
        .map(|record| record.user);
    let subject = subject_of(s, found.as_ref().map(|u| u.id), email.canonical());
    let known = found.filter(|user| request.suits(s, user));
    let decoy = unknown_user(s, email.as_str());
    let to = known
        .as_ref()
        .map_or(Recipient::Decoy(email.as_str()), Recipient::User);
    let message = requested_message(s, request, known.as_ref().unwrap_or(&decoy))?;
    s.db.transaction(async |tx| {
        record_anonymous(s, tx, request.event(), subject, client).await?;
        enqueue(s, tx, to, &message, Cause::Client(client)).await
    })
    .await?;
    Ok(RequestOutcome::Accepted)
}

/// The requested mail, with a new link.
pub(in crate::flows) fn requested_message(
    s: &Services,
    request: MailRequest,
    user: &User,
) -> Result<Message> {
    let (purpose, path) = match request {
        MailRequest::Reset => (Purpose::PasswordReset, "/reset-password"),
        MailRequest::Verification => (Purpose::VerifyEmail, "/verify-email"),
    };
    let (token, expires_in) = mail_token(s, purpose, user)?;
    let deleted_after = s
        .policy
        .unverified_after
        .filter(|_| user.import_id.is_none() && user.role == Role::User && !user.email_verified());
    let link = s.site.token_link(path, &token);
    Ok(match request {
        MailRequest::Reset => Message::ResetPassword { link, expires_in },
        MailRequest::Verification => Message::VerifyEmail {
            link,
            expires_in,
            deleted_after,
        },
    })
}

/// Mails a link that verifies the user's address.
pub(in crate::flows) async fn enqueue_verification(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    cause: Cause<'_>,
) -> Result<()> {
    let message = requested_message(s, MailRequest::Verification, user)?;
    enqueue(s, tx, Recipient::User(user), &message, cause).await
}

//! Sending a code to the phone of a user: for a pending sign-in, and for reauthentication.

use super::phone_code::{open_number, send_to};
use crate::{
    db::{self, Transaction},
    domain::{
        accounts::user::User,
        audit::{Client, Event, Subject},
        authenticators::{factors::Kind, phone::CodeUse},
        secrets::secret::SecretString,
        sign_in::attempts::Pause,
    },
    flows::{
        FlowError, Result, Services, Undone,
        audit::record::{record_anonymous, record_own},
        flood_limits::{Throttled, count_request},
        sessions::{authenticate::Authenticated, still_lives},
        sign_in::{
            hold_for_sign_in,
            second_factor::{Pending, opened},
        },
    },
    outbound::sms::Gateway,
    throttle::Route,
};

/// The result of a request for a code.
#[derive(Debug)]
pub enum Outcome {
    /// A code is on its way to this number, which is shown without most of its digits.
    Sent(String),
    /// There is no gateway, or the user has no phone.
    NotOffered,
    /// The sign-in has expired, was finished, or its account changed; or the session has ended.
    Expired,
    Throttled(Pause),
}

/// Sends a code for a pending sign-in.
pub async fn for_sign_in(s: &Services, token: &SecretString, client: &Client) -> Result<Outcome> {
    let Some(gateway) = &s.sms else {
        return Ok(Outcome::NotOffered);
    };
    if let Some(Throttled(wait)) = count_request(s, Route::ForgotPassword, client, None) {
        return Ok(Outcome::Throttled(wait));
    }
    let Some(Pending { user, .. }) = opened(s, token).await? else {
        return Ok(Outcome::Expired);
    };
    let sent = s.db.transaction(async |tx| {
        if !hold_for_sign_in(s, tx, &user).await? {
            return Err(Undone::As(Outcome::Expired));
        }
        let number = send(s, tx, gateway, &user).await?;
        let subject = Subject::User(user.id);
        record_anonymous(s, tx, Event::PhoneCodeSent, subject, client).await?;
        Ok(Outcome::Sent(number))
    });
    concluded(sent.await)
}

/// Sends a code with which a signed-in user reauthenticates.
pub async fn for_proof(s: &Services, who: &Authenticated, client: &Client) -> Result<Outcome> {
    let Some(gateway) = &s.sms else {
        return Ok(Outcome::NotOffered);
    };
    if let Some(Throttled(wait)) = count_request(s, Route::ForgotPassword, client, None) {
        return Ok(Outcome::Throttled(wait));
    }
    let user = who.user();
    let sent = s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Err(Undone::As(Outcome::Expired));
        }
        let number = send(s, tx, gateway, user).await?;
        let event = Event::PhoneCodeSent;
        record_own(s, tx, event, user.id, who.session_id, client).await?;
        Ok(Outcome::Sent(number))
    });
    concluded(sent.await)
}

async fn send(
    s: &Services,
    tx: &Transaction<'_>,
    gateway: &Gateway,
    user: &User,
) -> Result<String, Undone<Outcome>> {
    if !user.factors.has(Kind::Phone) {
        return Err(Undone::As(Outcome::NotOffered));
    }
    let row = db::authenticators::phones::find(tx, user.id).await?;
    let row = row.ok_or(FlowError::Inconsistent(
        "the phone of a held user is missing",
    ))?;
    let number = open_number(s, user, &row)?;
    let sent = send_to(s, tx, gateway, user, (&number, CodeUse::Proof)).await?;
    match sent {
        Ok(()) => Ok(number.masked()),
        Err(wait) => Err(Undone::As(Outcome::Throttled(wait))),
    }
}

fn concluded(sent: Result<Outcome, Undone<Outcome>>) -> Result<Outcome> {
    sent.or_else(Undone::outcome)
}

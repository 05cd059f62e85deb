//! A phone as second factor: a number is entered, the first code that is sent to it confirms it, and it is removed.
//! NIST SP 800-63B-4 (3.1.3.3) restricts it, so it is offered last.

use chrono::{DateTime, Utc};

use super::{
    factors::{Added, Change},
    phone_code::{self, open_number, send_to},
    proof::FactorProven,
    totp_code::CodeFault,
};
use crate::{
    db::{self, upkeep::sealed::SealedColumn},
    domain::{
        accounts::user::User,
        audit::{Client, Event},
        authenticators::{
            factors::Kind,
            phone::{CodeUse, PhoneNumber},
        },
        secrets::secret::SecretString,
        sign_in::attempts::Pause,
        token::Purpose,
    },
    flows::{
        InputFaults, Result, Services, TokenPair, Undone,
        audit::record::record_own,
        flood_limits::{Throttled, count_request},
        sessions::{still_lives, tokens::phone_setup_token},
        sign_in::attempts::{Target, count_attempt, forget_failures},
    },
    outbound::sms::Gateway,
    throttle::Route,
};

/// Why an act on the phone was refused.
#[derive(Debug)]
pub enum Refused {
    /// There is no gateway: no one has a phone here.
    NotOffered,
    Invalid(InputFaults),
    Throttled(Pause),
    /// A second factor needs a verified address.
    EmailUnverified,
    AlreadyEnabled,
    NotEnabled,
    /// The account is frozen until then.
    Frozen(DateTime<Utc>),
    /// No number waits for a code, or not the one that the token is about.
    NotPending,
    /// The code is wrong.
    WrongCode(CodeFault),
    /// The account changed at the same moment: nothing was done.
    Overtaken,
}

/// A number that waits for its first code.
#[derive(Debug)]
pub struct Setup {
    /// A `phone_setup` token.
    pub token: SecretString,
}

/// The phone of a user, as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The number without most of its digits.
    pub number: String,
    /// When its first code was accepted; `None` while it waits for it.
    pub since: Option<DateTime<Utc>>,
}

/// Whether phones are offered here.
pub fn is_offered(s: &Services) -> bool {
    s.sms.is_some()
}

/// The phone of a user, confirmed or not.
pub async fn shown(s: &Services, user: &User) -> Result<Option<Shown>> {
    let shared = s.db.shared().await?;
    let Some(row) = db::authenticators::phones::find(&shared, user.id).await? else {
        return Ok(None);
    };
    Ok(Some(Shown {
        number: open_number(s, user, &row)?.masked(),
        since: row.confirmed_at,
    }))
}

/// The gateway, if this user can add a phone.
fn may_add<'a>(s: &'a Services, user: &User) -> Result<&'a Gateway, Refused> {
    let gateway = s.sms.as_ref().ok_or(Refused::NotOffered)?;
    if user.factors.has(Kind::Phone) {
        return Err(Refused::AlreadyEnabled);
    }
    if let Some(until) = user.frozen(s.now()) {
        return Err(Refused::Frozen(until));
    }
    if !user.mailbox_proven() {
        return Err(Refused::EmailUnverified);
    }
    Ok(gateway)
}

/// Sends a code to a number that the caller wants to add. An earlier number that was not confirmed is forgotten.
pub async fn begin(
    s: &Services,
    proven: &FactorProven,
    number: &str,
    client: &Client,
) -> Result<Result<Setup, Refused>> {
    let who = proven.who();
    let user = who.user();
    let gateway = match may_add(s, user) {
        Ok(gateway) => gateway,
        Err(refused) => return Ok(Err(refused)),
    };
    let number = match PhoneNumber::parse(number, &gateway.settings.countries) {
        Ok(number) => number,
        Err(why) => return Ok(Err(Refused::Invalid(InputFaults::one("phone", &why)))),
    };
    if let Some(Throttled(wait)) = count_request(s, Route::ForgotPassword, client, None) {
        return Ok(Err(Refused::Throttled(wait)));
    }
    let place = SealedColumn::PHONES.place(user.id);
    let sealed = s
        .ring
        .seal(s.random.as_ref(), place, number.expose().as_bytes())?;
    let begun = s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Err(Undone::As(Refused::Overtaken));
        }
        let (token, begun_at) = phone_setup_token(s, user)?;
        if !db::authenticators::phones::begin(tx, user.id, &sealed, begun_at).await? {
            return Err(Undone::As(Refused::AlreadyEnabled));
        }
        if let Err(wait) = send_to(s, tx, gateway, user, (&number, CodeUse::Setup)).await? {
            return Err(Undone::As(Refused::Throttled(wait)));
        }
        let event = Event::PhoneCodeSent;
        record_own(s, tx, event, user.id, who.session_id, client).await?;
        Ok(Setup { token })
    });
    Ok(match begun.await {
        Ok(setup) => Ok(setup),
        Err(undone) => Err(undone.outcome()?),
    })
}

/// Confirms the number with the code that was sent to it. Every other session ends. The API presents the `phone_setup`
/// token; a page knows by the session cookie whose number waits.
pub async fn confirm(
    s: &Services,
    proven: &FactorProven,
    token: Option<&SecretString>,
    code: &SecretString,
    client: &Client,
) -> Result<Result<Added, Refused>> {
    let who = proven.who();
    let user = who.user();
    if let Err(refused) = may_add(s, user) {
        return Ok(Err(refused));
    }
    let shared = s.db.shared().await?;
    let row = db::authenticators::phones::find(&shared, user.id).await?;
    let begun_at = row
        .filter(|row| row.confirmed_at.is_none())
        .map(|row| row.created_at)
        .filter(|begun_at| token.is_none_or(|token| is_about(s, token, user, *begun_at)));
    let Some(begun_at) = begun_at else {
        return Ok(Err(Refused::NotPending));
    };
    let attempt = match count_attempt(s, Target::code(user), client).await? {
        Ok(attempt) => attempt,
        Err(Throttled(wait)) => return Ok(Err(Refused::Throttled(wait))),
    };
    let Some(found) = phone_code::find(s, user, code, CodeUse::Setup).await? else {
        return Ok(Err(Refused::WrongCode(CodeFault::Wrong)));
    };
    let added = s.db.transaction(async |tx| {
        let Some(change) = Change::begin(s, tx, who, client).await? else {
            return Err(Undone::As(Refused::Overtaken));
        };
        if !db::authenticators::phones::confirm(tx, user.id, begun_at, s.now()).await? {
            return Err(Undone::As(Refused::Overtaken));
        }
        if !phone_code::use_up(s, tx, user, &found).await? {
            return Err(Undone::As(Refused::WrongCode(CodeFault::Spent)));
        }
        forget_failures(tx, &attempt).await?;
        let event = Event::PhoneAdded;
        Ok(change.added(Kind::Phone, &["sms"], event).await?)
    });
    Ok(match added.await {
        Ok(added) => Ok(added),
        Err(undone) => Err(undone.outcome()?),
    })
}

/// Whether a token belongs to the number of this user that was entered at this time.
fn is_about(s: &Services, token: &SecretString, user: &User, begun_at: DateTime<Utc>) -> bool {
    let decoded = s
        .tokens
        .decode_ahead(Purpose::PhoneSetup, token.expose(), s.now());
    decoded.is_ok_and(|claims| {
        claims.user_id == user.id
            && claims.rev == Some(user.revocation_id)
            && claims.issued_at == begun_at
    })
}

/// Removes the phone. Every other session ends. No gateway is needed for it.
pub async fn remove(
    s: &Services,
    proven: &FactorProven,
    client: &Client,
) -> Result<Result<Option<TokenPair>, Refused>> {
    let who = proven.who();
    let user = who.user();
    if !user.factors.has(Kind::Phone) {
        return Ok(Err(Refused::NotEnabled));
    }
    if let Some(until) = user.frozen(s.now()) {
        return Ok(Err(Refused::Frozen(until)));
    }
    s.db.transaction(async |tx| {
        let Some(change) = Change::begin(s, tx, who, client).await? else {
            return Ok(Err(Refused::Overtaken));
        };
        db::authenticators::phones::delete(tx, user.id).await?;
        Ok(Ok(change.removed(Kind::Phone, Event::PhoneRemoved).await?))
    })
    .await
}

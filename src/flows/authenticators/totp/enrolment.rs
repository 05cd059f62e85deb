//! Enrolling an authenticator: a secret is shown, and its first code confirms it.

use super::Refused;
use crate::{
    db,
    domain::{
        accounts::user::User,
        audit::{Client, Event},
        authenticators::{factors::Kind, totp::TotpSecret},
        secrets::secret::SecretString,
    },
    flows::{
        FlowError, Result, Services,
        authenticators::{
            factors::{Added, Change},
            proof::FactorProven,
            totp_code::{self, place_of_secret},
        },
        flood_limits::Throttled,
        sessions::still_lives,
        sign_in::attempts::{Target, count_attempt, forget_failures},
    },
};

/// An enrolment that waits for its first code.
#[derive(Debug)]
pub struct Enrolment {
    /// The secret in Base32, for phones that cannot read the QR code.
    pub secret: String,
    /// The content of the QR code.
    pub otpauth_uri: String,
}

/// Why this user cannot enrol an authenticator.
fn refusal(s: &Services, user: &User) -> Option<Refused> {
    if user.factors.has(Kind::Totp) {
        return Some(Refused::AlreadyEnabled);
    }
    if let Some(until) = user.frozen(s.now()) {
        return Some(Refused::Frozen(until));
    }
    (!user.mailbox_proven()).then_some(Refused::EmailUnverified)
}

/// Starts an enrolment, or starts it again.
pub async fn enroll(s: &Services, proven: &FactorProven) -> Result<Result<Enrolment, Refused>> {
    let who = proven.who();
    let user = who.user();
    if let Some(refused) = refusal(s, user) {
        return Ok(Err(refused));
    }
    let secret = TotpSecret::fresh(s.random.as_ref());
    let sealed = s
        .ring
        .seal(s.random.as_ref(), place_of_secret(user), secret.expose())?;
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Err(Refused::Overtaken));
        }
        if !db::authenticators::totp::begin(tx, user.id, &sealed, s.now()).await? {
            return Ok(Err(Refused::AlreadyEnabled));
        }
        Ok(Ok(shown(s, user, &secret)?))
    })
    .await
}

/// The enrolment that waits for a code, to be shown again.
pub async fn pending(s: &Services, user: &User) -> Result<Option<Enrolment>> {
    let shared = s.db.shared().await?;
    match db::authenticators::totp::find(&shared, user.id).await? {
        Some(row) if row.confirmed_at.is_none() => {
            let secret = totp_code::open_secret(s, user, &row.secret)?;
            Ok(Some(shown(s, user, &secret)?))
        }
        _ => Ok(None),
    }
}

fn shown(s: &Services, user: &User, secret: &TotpSecret) -> Result<Enrolment> {
    let issuer = format!("{} ({})", s.site.branding().name, s.site.mail.site);
    let otpauth_uri = secret.uri(&issuer, &user.email);
    Ok(Enrolment {
        secret: secret.base32(),
        otpauth_uri: otpauth_uri
            .ok_or(FlowError::Inconsistent("an address fits no otpauth URI"))?,
    })
}

/// Confirms the enrolment with its first code, which counts as used. Every other session ends.
pub async fn confirm(
    s: &Services,
    proven: &FactorProven,
    code: &SecretString,
    client: &Client,
) -> Result<Result<Added, Refused>> {
    let who = proven.who();
    let user = who.user();
    // Checked again: an enrolment may be older than the rule that the address must be verified.
    if let Some(refused) = refusal(s, user) {
        return Ok(Err(refused));
    }
    let attempt = match count_attempt(s, Target::code(user), client).await? {
        Ok(attempt) => attempt,
        Err(Throttled(wait)) => return Ok(Err(Refused::Throttled(wait))),
    };
    let shared = s.db.shared().await?;
    let Some(row) = db::authenticators::totp::find(&shared, user.id)
        .await?
        .filter(|row| row.confirmed_at.is_none())
    else {
        return Ok(Err(Refused::NotPending));
    };
    let step = match totp_code::judge(s, user, &row, code)? {
        Ok(step) => step,
        Err(refused) => {
            if let Some(step) = refused.step {
                let conn = s.db.connection().await?;
                db::authenticators::totp::refuse_step(&conn, user.id, step).await?;
            }
            return Ok(Err(Refused::WrongCode(refused.fault)));
        }
    };
    s.db.transaction(async |tx| {
        let Some(change) = Change::begin(s, tx, who, client).await? else {
            return Ok(Err(Refused::Overtaken));
        };
        // Before anything else is written: the enrolment may have been started again in the meantime.
        if !totp_code::confirm_enrolment(s, tx, user, &row.secret, step).await? {
            return Ok(Err(Refused::Overtaken));
        }
        forget_failures(tx, &attempt).await?;
        let event = Event::TotpEnabled;
        Ok(Ok(change.added(Kind::Totp, &["otp"], event).await?))
    })
    .await
}

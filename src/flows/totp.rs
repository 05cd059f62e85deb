//! Enrolling and removing the second factor, and its backup codes.

use std::time::Duration;

use crate::db::{Transact, Tx};

use super::{
    FlowError, Result, Services, TokenPair,
    authenticate::Authenticated,
    outbox::{Recipient, browser_of},
    proof::Proven,
    second_factor::CodeFault,
    services::Throttled,
    totp_secret::place_of_secret,
};
use crate::{
    db::{self, users::Raised},
    domain::{
        audit::{Client, Event},
        backup_code::BackupCode,
        secret::SecretString,
        session::EndReason,
        totp::{self, TotpCode, TotpSecret, TotpVerdict},
        user::User,
    },
    mail::Message,
    throttle::Route,
};

/// Why an act on the second factor was not done.
#[derive(Debug)]
pub enum Refused {
    /// Too many attempts.
    Throttled(Duration),
    /// A second factor needs a verified address.
    EmailUnverified,
    /// One is enrolled already.
    AlreadyEnabled,
    /// None is enrolled.
    NotEnabled,
    /// No enrolment waits for a code.
    NotPending,
    /// The code is not right.
    WrongCode(CodeFault),
    /// The account changed in the same moment: nothing was done.
    Overtaken,
}

/// An enrolment that waits for its first code.
#[derive(Debug)]
pub struct Enrolment {
    /// The secret in Base32, for people whose phone reads no QR code.
    pub secret: String,
    /// What the QR code carries.
    pub otpauth_uri: String,
}

/// A fresh set of codes, shown this once.
#[derive(Debug)]
pub struct FreshCodes {
    /// The codes.
    pub codes: Vec<BackupCode>,
    /// The pair of the acting session, where the change ended every token; `None` where it changed
    /// none, or the session has ended.
    pub pair: Option<TokenPair>,
}

/// Begins an enrolment, or begins it anew.
pub async fn enroll(s: &Services, proven: &Proven) -> Result<Result<Enrolment, Refused>> {
    let who = proven.who();
    let user = who.user();
    if user.two_factor_enabled() {
        return Ok(Err(Refused::AlreadyEnabled));
    }
    if !user.email_verified() {
        return Ok(Err(Refused::EmailUnverified));
    }
    let secret = TotpSecret::fresh(s.random.as_ref());
    let sealed = s
        .ring
        .seal(s.random.as_ref(), place_of_secret(user), secret.expose())?;
    let mut conn = s.db.connection().await?;
    conn.transaction(async |tx| {
        if !still_signed_in(tx, who).await? {
            return Ok(Err(Refused::Overtaken));
        }
        if !db::totp::begin(tx, user.id, &sealed, s.now()).await? {
            return Ok(Err(Refused::AlreadyEnabled));
        }
        Ok(Ok(shown(s, user, &secret)?))
    })
    .await
}

/// The enrolment that waits for a code, to be shown again.
pub async fn pending(s: &Services, user: &User) -> Result<Option<Enrolment>> {
    let shared = s.db.shared().await?;
    match db::totp::find(&shared, user.id).await? {
        Some(row) if row.confirmed_at.is_none() => {
            let secret = s.open_totp_secret(user, &row.secret)?;
            Ok(Some(shown(s, user, &secret)?))
        }
        _ => Ok(None),
    }
}

fn shown(s: &Services, user: &User, secret: &TotpSecret) -> Result<Enrolment> {
    let issuer = format!("{} ({})", s.site.mail.product, s.site.mail.site);
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
    proven: &Proven,
    code: &SecretString,
    client: &Client,
) -> Result<Result<FreshCodes, Refused>> {
    let who = proven.who();
    let user = who.user();
    if user.two_factor_enabled() {
        return Ok(Err(Refused::AlreadyEnabled));
    }
    if let Some(Throttled(wait)) = s.count(Route::SecondFactor, client, Some(&user.email_canonical))
    {
        return Ok(Err(Refused::Throttled(wait)));
    }
    let shared = s.db.shared().await?;
    let Some(row) = db::totp::find(&shared, user.id)
        .await?
        .filter(|row| row.confirmed_at.is_none())
    else {
        return Ok(Err(Refused::NotPending));
    };
    let secret = s.open_totp_secret(user, &row.secret)?;
    let verdict = TotpCode::parse(code.expose()).map_or(TotpVerdict::Wrong, |code| {
        totp::judge(
            &secret,
            &code,
            s.clock.now(),
            row.last_step,
            &row.refused_steps,
        )
    });
    let step = match verdict {
        TotpVerdict::Matches { step } => step,
        TotpVerdict::Spent => return Ok(Err(Refused::WrongCode(CodeFault::Spent))),
        TotpVerdict::Wrong => return Ok(Err(Refused::WrongCode(CodeFault::Wrong))),
        TotpVerdict::OutsideWindow {
            drift_seconds: seconds,
            step,
        } => {
            let conn = s.db.connection().await?;
            db::totp::refuse_step(&conn, user.id, step).await?;
            return Ok(Err(Refused::WrongCode(CodeFault::ClockOff { seconds })));
        }
    };
    let mut conn = s.db.connection().await?;
    conn.transaction(async |tx| {
        // First the enrolment: where it was begun anew meanwhile, nothing has been written yet.
        if !still_signed_in(tx, who).await?
            || !s.confirm_enrolment(tx, user, &row.secret, step).await?
        {
            return Ok(Err(Refused::Overtaken));
        }
        let raised = raise(tx, user).await?;
        let codes = s.replace_codes(tx, user).await?;
        let enabled = User {
            totp_confirmed_at: Some(s.now()),
            ..user.clone()
        };
        let change = Change {
            event: Event::TotpEnabled,
            raised,
            client,
        };
        let pair = s.second_factor_changed(tx, who, &enabled, change).await?;
        Ok(Ok(FreshCodes { codes, pair }))
    })
    .await
}

/// Removes the second factor and its backup codes. Every other session ends.
pub async fn disable(
    s: &Services,
    proven: &Proven,
    client: &Client,
) -> Result<Result<Option<TokenPair>, Refused>> {
    let who = proven.who();
    let user = who.user();
    if !user.two_factor_enabled() {
        return Ok(Err(Refused::NotEnabled));
    }
    let mut conn = s.db.connection().await?;
    conn.transaction(async |tx| {
        if !still_signed_in(tx, who).await? {
            return Ok(Err(Refused::Overtaken));
        }
        let raised = raise(tx, user).await?;
        db::totp::delete_confirmed(tx, user.id).await?;
        db::backup_codes::delete_all(tx, user.id).await?;
        let disabled = User {
            totp_confirmed_at: None,
            ..user.clone()
        };
        let change = Change {
            event: Event::TotpDisabled,
            raised,
            client,
        };
        Ok(Ok(s
            .second_factor_changed(tx, who, &disabled, change)
            .await?))
    })
    .await
}

/// Makes a fresh set of backup codes; the old one dies. No session ends.
pub async fn replace_backup_codes(
    s: &Services,
    proven: &Proven,
    client: &Client,
) -> Result<Result<FreshCodes, Refused>> {
    let who = proven.who();
    let user = who.user();
    if !user.two_factor_enabled() {
        return Ok(Err(Refused::NotEnabled));
    }
    let mut conn = s.db.connection().await?;
    conn.transaction(async |tx| {
        if !still_signed_in(tx, who).await? {
            return Ok(Err(Refused::Overtaken));
        }
        let codes = s.replace_codes(tx, user).await?;
        s.audit_own(
            tx,
            Event::BackupCodesReplaced,
            user.id,
            who.session_id,
            client,
        )
        .await?;
        let message = Message::BackupCodesReplaced {
            at: s.now(),
            ip: Some(client.ip),
            browser: browser_of(client),
        };
        s.enqueue(tx, Recipient::User(user), &message).await?;
        Ok(Ok(FreshCodes { codes, pair: None }))
    })
    .await
}

/// Holds the user and the acting session: signing out, or a change elsewhere, that came first wins.
async fn still_signed_in(tx: &Tx, who: &Authenticated) -> Result<bool> {
    let user = who.user();
    if !db::users::hold(tx, user.id, user.revocation_id).await? {
        return Ok(false);
    }
    match who.session_id {
        Some(session_id) => Ok(db::sessions::hold(tx, session_id, user.id).await?.is_some()),
        None => Ok(true),
    }
}

/// Ends every token of a held user.
async fn raise(tx: &Tx, user: &User) -> Result<Raised> {
    let raised = db::users::raise_revocation_id(tx, user.id, user.revocation_id).await?;
    raised.ok_or(FlowError::Inconsistent("a held user changed"))
}

struct Change<'a> {
    event: Event,
    raised: Raised,
    client: &'a Client,
}

impl Services {
    async fn replace_codes(&self, tx: &Tx, user: &User) -> Result<Vec<BackupCode>> {
        let codes = BackupCode::fresh_set(self.random.as_ref());
        let key_id = self.ring.current_id();
        let macs: Result<Vec<_>, _> = codes
            .iter()
            .map(|code| code.mac(&self.ring, key_id))
            .collect();
        db::backup_codes::replace(tx, user.id, key_id, &macs?, self.now()).await?;
        Ok(codes)
    }

    /// What both changes have in common: other sessions end, the owner is told, this one goes on.
    async fn second_factor_changed(
        &self,
        tx: &Tx,
        who: &Authenticated,
        user: &User,
        change: Change<'_>,
    ) -> Result<Option<TokenPair>> {
        let Change {
            event,
            raised,
            client,
        } = change;
        let now = self.now();
        db::sessions::end_all(
            tx,
            user.id,
            who.session_id,
            EndReason::SecondFactorChanged,
            now,
        )
        .await?;
        self.audit_own(tx, event, user.id, who.session_id, client)
            .await?;
        let (at, ip, browser) = (now, Some(client.ip), browser_of(client));
        let message = if user.two_factor_enabled() {
            Message::TwoFactorEnabled { at, ip, browser }
        } else {
            Message::TwoFactorDisabled { at, ip, browser }
        };
        self.enqueue(tx, Recipient::User(user), &message).await?;
        match who.session_id {
            Some(session_id) => self.reissue(tx, session_id, user, raised).await,
            None => Ok(None),
        }
    }
}

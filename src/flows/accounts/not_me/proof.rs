//! Proving at a link: the password and the second factor as they were just before its event. They prove nothing
//! anywhere else. Failures are counted, by account, apart from those of sign-ins.

use super::{Input, Link, Outcome};
use crate::{
    db::Transaction,
    domain::audit::Client,
    domain::{
        accounts::undo::Proven,
        audit::{Event, Subject},
        authenticators::{
            backup_code::{self, BackupCode},
            totp::{self, TotpCode, TotpVerdict},
        },
        password::Password,
        secrets::secret::SecretString,
    },
    flows::{
        Result, Services,
        accounts::undo_points::Factor,
        audit::record::record_anonymous,
        authenticators::totp_code::CodeFault,
        flood_limits::Throttled,
        sign_in::attempts::{
            Attempt, count_at_link, count_failure_at_link, delay_refusal, forget_failures,
            verify_password,
        },
    },
    hashing::Compared,
    throttle::account::Guess,
};

/// What was proven.
pub(super) struct Proof {
    pub(super) proven: Proven,
    pub(super) code: Option<RightCode>,
    attempts: Vec<Attempt>,
}

/// A right code, to be used up.
pub(super) struct RightCode {
    pub(super) kind: CodeKind,
    /// How the database knows it: the time step in eight bytes, or the MAC of a backup code.
    pub(super) spent: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeKind {
    /// Its time step.
    Totp(i64),
    Backup,
}

impl Proof {
    /// Clears the failures, in the transaction that uses the proof.
    pub(super) async fn forget_failures(&self, tx: &Transaction<'_>) -> Result<()> {
        for attempt in &self.attempts {
            forget_failures(tx, attempt).await?;
        }
        Ok(())
    }
}

/// Checks what was typed. The `Err` is the answer where it does not suffice; nothing has changed then.
pub(super) async fn check(
    s: &Services,
    link: &Link,
    input: &Input,
    client: &Client,
) -> Result<Result<Proof, Outcome>> {
    let mut proof = Proof {
        proven: Proven::Nothing,
        code: None,
        attempts: Vec::new(),
    };
    let factor = link.account.factor.as_ref();
    match (&input.password, &input.code, factor) {
        (None, None, _) => return Ok(Ok(proof)),
        (None, Some(_), None) => return Ok(Err(Outcome::NoSecondFactor)),
        (Some(_), None, Some(_)) => return Ok(Err(Outcome::CodeMissing)),
        _ => {}
    }
    if let Some(password) = &input.password {
        match check_password(s, link, password, client).await? {
            Ok(attempt) => proof.attempts.push(attempt),
            Err(refused) => return Ok(Err(refused)),
        }
    }
    if let (Some(typed), Some(factor)) = (&input.code, factor) {
        match check_code(s, link, factor, typed, client).await? {
            Ok((attempt, code)) => {
                proof.attempts.push(attempt);
                proof.code = Some(code);
            }
            Err(refused) => return Ok(Err(refused)),
        }
    }
    proof.proven = match input.password {
        Some(_) => Proven::Everything,
        None => Proven::Code,
    };
    Ok(Ok(proof))
}

async fn check_password(
    s: &Services,
    link: &Link,
    password: &SecretString,
    client: &Client,
) -> Result<Result<Attempt, Outcome>> {
    let attempt =
        match count_at_link(s, Guess::Password, (&link.user, &link.recipient), client).await? {
            Ok(attempt) => attempt,
            Err(Throttled(wait)) => return Ok(Err(Outcome::Throttled(wait))),
        };
    let stored = &link.account.password_hash.0;
    let compared = match Password::parse(password) {
        Some(password) => Some(verify_password(s, &attempt, password, Some(stored)).await?),
        None => None,
    };
    if compared.as_ref().is_some_and(Compared::is_match) {
        return Ok(Ok(attempt));
    }
    count_failure_at_link(s, &link.user).await?;
    note_failure(s, link, "pwd", client).await?;
    if let Some(Compared { refusal, .. }) = compared {
        delay_refusal(s, &attempt, refusal).await?;
    }
    Ok(Err(Outcome::WrongPassword))
}

async fn check_code(
    s: &Services,
    link: &Link,
    factor: &Factor,
    typed: &SecretString,
    client: &Client,
) -> Result<Result<(Attempt, RightCode), Outcome>> {
    let attempt = match count_at_link(s, Guess::Code, (&link.user, &link.recipient), client).await?
    {
        Ok(attempt) => attempt,
        Err(Throttled(wait)) => return Ok(Err(Outcome::Throttled(wait))),
    };
    match judge(s, factor, typed)? {
        Ok(code) => Ok(Ok((attempt, code))),
        Err(fault) => {
            note_failure(s, link, "otp", client).await?;
            Ok(Err(Outcome::WrongCode(fault)))
        }
    }
}

fn judge(
    s: &Services,
    factor: &Factor,
    typed: &SecretString,
) -> Result<Result<RightCode, CodeFault>> {
    if let Some(code) = BackupCode::parse(typed.expose()) {
        let stored = factor.codes();
        let found = backup_code::find(&s.ring, &code, &stored);
        return Ok(found.ok_or(CodeFault::Wrong).map(|position| RightCode {
            kind: CodeKind::Backup,
            spent: stored[position].mac.clone(),
        }));
    }
    let Some(code) = TotpCode::parse(typed.expose()) else {
        return Ok(Err(CodeFault::Wrong));
    };
    let Some(app) = &factor.totp else {
        return Ok(Err(CodeFault::Wrong));
    };
    let secret = app.secret()?;
    let verdict = totp::judge(&secret, &code, s.now(), app.last_step, &app.refused_steps);
    Ok(match verdict {
        TotpVerdict::Matches { step } => Ok(RightCode {
            kind: CodeKind::Totp(step),
            spent: step.to_be_bytes().to_vec(),
        }),
        TotpVerdict::Spent => Err(CodeFault::Spent),
        TotpVerdict::Wrong => Err(CodeFault::Wrong),
        TotpVerdict::OutsideWindow { drift_seconds, .. } => Err(CodeFault::ClockOff {
            seconds: drift_seconds,
        }),
    })
}

async fn note_failure(s: &Services, link: &Link, by: &'static str, client: &Client) -> Result<()> {
    let event = Event::ReauthenticationFailed { by };
    let subject = Subject::User(link.user.id);
    s.db.transaction(async |tx| record_anonymous(s, tx, event, subject, client).await)
        .await
}

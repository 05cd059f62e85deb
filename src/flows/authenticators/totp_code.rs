//! A TOTP code is checked against the sealed secret of its authenticator, and its time step accepted once
//! (RFC 6238, 5.2).
//!
//! A step is accepted only while the secret is the one that the code was checked against. `vestibule keys
//! rotate` may seal the same secret again in between; then the secret is read once more.

use crate::{
    db::{
        Transaction,
        authenticators::totp::{self as rows, TotpRow},
    },
    domain::{
        accounts::user::User,
        authenticators::totp::{self, TotpCode, TotpSecret, TotpVerdict},
        secrets::{sealing::Place, secret::SecretString},
    },
    flows::{FlowError, Result, Services},
};

/// Why a code is refused, as far as the owner may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFault {
    /// Neither six digits nor a backup code, or not a current code.
    Wrong,
    /// It is right, but was used before.
    Spent,
    /// It is right for another time: the phone's clock is ahead (positive) or behind.
    ClockOff {
        /// The difference in seconds.
        seconds: i64,
    },
}

/// A code that was refused.
#[derive(Debug, Clone, Copy)]
pub(in crate::flows) struct RefusedCode {
    pub(in crate::flows) fault: CodeFault,
    /// A time step that must never be accepted later, because its code was shown too early or too late.
    pub(in crate::flows) step: Option<i64>,
}

impl From<CodeFault> for RefusedCode {
    fn from(fault: CodeFault) -> Self {
        Self { fault, step: None }
    }
}

/// The place of a sealed TOTP secret.
pub(in crate::flows) fn place_of_secret(user: &User) -> Place {
    Place {
        table: "totp_authenticators",
        row: user.id,
        column: "secret",
    }
}

/// Unseals a user's TOTP secret.
pub(in crate::flows) fn open_secret(
    s: &Services,
    user: &User,
    sealed: &[u8],
) -> Result<TotpSecret> {
    let bytes = s.ring.open(place_of_secret(user), sealed)?;
    TotpSecret::from_bytes(&bytes).ok_or(FlowError::Inconsistent("a TOTP secret has not 20 bytes"))
}

/// The confirmed authenticator of a user.
pub(in crate::flows) async fn confirmed(s: &Services, user: &User) -> Result<Option<TotpRow>> {
    let shared = s.db.shared().await?;
    let found = rows::find(&shared, user.id).await?;
    Ok(found.filter(|row| row.confirmed_at.is_some()))
}

/// The time step of a code that matches the authenticator now, to be accepted in a transaction.
pub(in crate::flows) fn judge(
    s: &Services,
    user: &User,
    row: &TotpRow,
    typed: &SecretString,
) -> Result<Result<i64, RefusedCode>> {
    let Some(code) = TotpCode::parse(typed.expose()) else {
        return Ok(Err(CodeFault::Wrong.into()));
    };
    let secret = open_secret(s, user, &row.secret)?;
    let now = s.clock.now();
    let verdict = totp::judge(&secret, &code, now, row.last_step, &row.refused_steps);
    Ok(match verdict {
        TotpVerdict::Matches { step } => Ok(step),
        TotpVerdict::Spent => Err(CodeFault::Spent.into()),
        TotpVerdict::Wrong => Err(CodeFault::Wrong.into()),
        TotpVerdict::OutsideWindow {
            step,
            drift_seconds: seconds,
        } => Err(RefusedCode {
            fault: CodeFault::ClockOff { seconds },
            step: Some(step),
        }),
    })
}

/// Accepts a step, once; `read` is the sealed secret that the code was checked against.
pub(in crate::flows) async fn accept_step(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    read: &[u8],
    step: i64,
) -> Result<bool> {
    if rows::accept_step(tx, user.id, read, step).await? {
        return Ok(true);
    }
    match resealed(s, tx, user, read).await? {
        Some(secret) => Ok(rows::accept_step(tx, user.id, &secret, step).await?),
        None => Ok(false),
    }
}

/// Confirms an enrolment with the code of a step; `read` as in [`accept_step`].
pub(super) async fn confirm_enrolment(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    read: &[u8],
    step: i64,
) -> Result<bool> {
    let now = s.now();
    if rows::confirm(tx, user.id, read, step, now).await? {
        return Ok(true);
    }
    match resealed(s, tx, user, read).await? {
        Some(secret) => Ok(rows::confirm(tx, user.id, &secret, step, now).await?),
        None => Ok(false),
    }
}

/// The current sealed secret, locked until the transaction ends, if it is the one that was read but sealed
/// under another key. `None` if it is another secret, unchanged, or deleted.
async fn resealed(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    read: &[u8],
) -> Result<Option<Vec<u8>>> {
    let found = rows::hold(tx, user.id).await?;
    let Some(row) = found.filter(|row| row.secret != read) else {
        return Ok(None);
    };
    let now = open_secret(s, user, &row.secret)?;
    let then = open_secret(s, user, read)?;
    Ok((now == then).then_some(row.secret))
}

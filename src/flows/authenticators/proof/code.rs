//! A code of the authenticator app as proof. It is counted, used up and refused as at sign-in.

use super::{Outcome, outcome, record};
use crate::{
    db::{self, Transact},
    domain::{
        audit::{Client, Event},
        authenticators::totp::{self, TotpCode, TotpVerdict},
        secrets::secret::SecretString,
    },
    flows::{
        FlowError, Result, Services,
        authenticators::contradiction::contradictory_factor,
        services::Throttled,
        sessions::authenticate::Authenticated,
        sign_in::{attempts::Target, second_factor::CodeFault},
    },
};

pub(super) async fn check(
    s: &Services,
    who: &Authenticated,
    typed: &SecretString,
    client: &Client,
) -> Result<Outcome> {
    let user = who.user();
    if !user.two_factor_enabled() || contradictory_factor(user) {
        return Ok(Outcome::NoSecondFactor);
    }
    let attempt = match s.attempt(Target::code(user), client).await? {
        Ok(attempt) => attempt,
        Err(Throttled(wait)) => return Ok(Outcome::Throttled(wait)),
    };
    let shared = s.db.shared().await?;
    let Some(row) = db::authenticators::totp::find(&shared, user.id)
        .await?
        .filter(|row| row.confirmed_at.is_some())
    else {
        return Ok(Outcome::NoSecondFactor);
    };
    let secret = s.open_totp_secret(user, &row.secret)?;
    let verdict = TotpCode::parse(typed.expose()).map_or(TotpVerdict::Wrong, |code| {
        let now = s.clock.now();
        totp::judge(&secret, &code, now, row.last_step, &row.refused_steps)
    });
    let step = match verdict {
        TotpVerdict::Matches { step } => step,
        TotpVerdict::Spent => return fail(s, who, CodeFault::Spent, None, client).await,
        TotpVerdict::Wrong => return fail(s, who, CodeFault::Wrong, None, client).await,
        TotpVerdict::OutsideWindow {
            step,
            drift_seconds: seconds,
        } => {
            let fault = CodeFault::ClockOff { seconds };
            return fail(s, who, fault, Some(step), client).await;
        }
    };
    let mut conn = s.db.connection().await?;
    let accepted = conn
        .transaction(async |tx| {
            let proven = record(s, tx, who, &["otp"], client).await?;
            if proven.is_some() && !s.accept_step(tx, user, &row.secret, step).await? {
                return Err(Undone::Spent);
            }
            if proven.is_some() {
                s.succeeded(tx, &attempt).await?;
            }
            Ok(proven)
        })
        .await;
    drop(conn);
    match accepted {
        Ok(proven) => Ok(outcome(proven)),
        Err(Undone::Spent) => fail(s, who, CodeFault::Spent, None, client).await,
        Err(Undone::Fault(fault)) => Err(fault),
    }
}

/// Notes a failed code; `refused` is a step that is never to be accepted.
async fn fail(
    s: &Services,
    who: &Authenticated,
    fault: CodeFault,
    refused: Option<i64>,
    client: &Client,
) -> Result<Outcome> {
    let user_id = who.user().id;
    let mut conn = s.db.connection().await?;
    conn.transaction(async |tx| {
        if let Some(step) = refused {
            db::authenticators::totp::refuse_step(tx, user_id, step).await?;
        }
        let failed = Event::ReauthenticationFailed { by: "otp" };
        s.audit_own(tx, failed, user_id, who.session_id, client)
            .await
    })
    .await?;
    Ok(Outcome::WrongCode(fault))
}

/// Why the proof was rolled back.
enum Undone {
    Spent,
    Fault(FlowError),
}

impl From<db::QueryError> for Undone {
    fn from(error: db::QueryError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<FlowError> for Undone {
    fn from(error: FlowError) -> Self {
        Self::Fault(error)
    }
}

//! Reauthenticating with a code of the authenticator app. It is counted, used up and refused as at
//! sign-in.

use super::{Outcome, outcome, record};
use crate::{
    db,
    domain::{
        audit::{Client, Event},
        secrets::secret::SecretString,
    },
    flows::{
        Result, Services, Undone,
        audit::record::record_own,
        authenticators::{
            contradiction::contradictory_factor,
            totp_code::{self, CodeFault, RefusedCode, accept_step},
        },
        flood_limits::Throttled,
        sessions::authenticate::Authenticated,
        sign_in::attempts::{Target, count_attempt, forget_failures},
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
    let attempt = match count_attempt(s, Target::code(user), client).await? {
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
    let step = match totp_code::judge(s, user, &row, typed)? {
        Ok(step) => step,
        Err(refused) => return fail(s, who, refused, client).await,
    };
    let accepted =
        s.db.transaction(async |tx| {
            let proven = record(s, tx, who, &["otp"], client).await?;
            if proven.is_some() {
                if !accept_step(s, tx, user, &row.secret, step).await? {
                    return Err(Undone::As(CodeFault::Spent));
                }
                forget_failures(tx, &attempt).await?;
            }
            Ok(outcome(proven))
        })
        .await;
    match accepted {
        Ok(outcome) => Ok(outcome),
        Err(undone) => fail(s, who, undone.outcome()?.into(), client).await,
    }
}

async fn fail(
    s: &Services,
    who: &Authenticated,
    refused: RefusedCode,
    client: &Client,
) -> Result<Outcome> {
    let user_id = who.user().id;
    s.db.transaction(async |tx| {
        if let Some(step) = refused.step {
            db::authenticators::totp::refuse_step(tx, user_id, step).await?;
        }
        let failed = Event::ReauthenticationFailed { by: "otp" };
        record_own(s, tx, failed, user_id, who.session_id, client).await
    })
    .await?;
    Ok(Outcome::WrongCode(refused.fault))
}

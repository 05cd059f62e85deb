//! Reauthenticating with a code of an app or a phone, or with a backup code. Both are counted, used up and
//! refused as at sign-in.

use super::{Outcome, outcome, record};
use crate::{
    db::{self, authenticators::totp::TotpRow},
    domain::{
        accounts::user::User,
        audit::{Client, Event},
        authenticators::{backup_code::BackupCode, phone::CodeUse},
        secrets::secret::SecretString,
    },
    flows::{
        Result, Services, Undone,
        audit::record::record_own,
        authenticators::{
            backup_codes,
            contradiction::contradictory_factor,
            phone_code::{self, FoundCode},
            totp_code::{self, CodeFault, RefusedCode, accept_step},
        },
        flood_limits::Throttled,
        sessions::authenticate::Authenticated,
        sign_in::attempts::{self, Target, count_attempt, forget_failures},
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
    let counted = match count_attempt(s, Target::code(user), client).await? {
        Ok(counted) => counted,
        Err(Throttled(wait)) => return Ok(Outcome::Throttled(wait)),
    };
    let attempt = Attempt {
        s,
        who,
        user,
        counted: &counted,
        client,
    };
    match BackupCode::parse(typed.expose()) {
        Some(code) => attempt.with_backup_code(&code).await,
        None => attempt.with_six_digits(typed).await,
    }
}

struct Attempt<'a> {
    s: &'a Services,
    who: &'a Authenticated,
    user: &'a User,
    counted: &'a attempts::Attempt,
    client: &'a Client,
}

impl Attempt<'_> {
    /// A code of the app, or else of the phone.
    async fn with_six_digits(&self, typed: &SecretString) -> Result<Outcome> {
        let Self { s, user, .. } = *self;
        let row = totp_code::confirmed(s, user).await?;
        let judged = row
            .as_ref()
            .map(|row| totp_code::judge(s, user, row, typed));
        let refused = match (&row, judged.transpose()?) {
            (Some(row), Some(Ok(step))) => return self.with_step(row, step).await,
            (_, Some(Err(refused))) => refused,
            _ => CodeFault::Wrong.into(),
        };
        match phone_code::find(s, user, typed, CodeUse::Proof).await? {
            Some(found) => self.with_phone(&found).await,
            None => self.fail(refused, "otp").await,
        }
    }

    async fn with_phone(&self, found: &FoundCode) -> Result<Outcome> {
        let Self { s, who, user, .. } = *self;
        let accepted =
            s.db.transaction(async |tx| {
                let proven = record(s, tx, who, &["sms"], self.client).await?;
                if proven.is_some() {
                    if !phone_code::use_up(s, tx, user, found).await? {
                        return Err(Undone::As(CodeFault::Spent));
                    }
                    forget_failures(tx, self.counted).await?;
                }
                Ok(outcome(proven))
            })
            .await;
        match accepted {
            Ok(outcome) => Ok(outcome),
            Err(undone) => self.fail(undone.outcome()?.into(), "sms").await,
        }
    }

    async fn with_step(&self, row: &TotpRow, step: i64) -> Result<Outcome> {
        let Self { s, who, user, .. } = *self;
        let accepted =
            s.db.transaction(async |tx| {
                let proven = record(s, tx, who, &["otp"], self.client).await?;
                if proven.is_some() {
                    if !accept_step(s, tx, user, &row.secret, step).await? {
                        return Err(Undone::As(CodeFault::Spent));
                    }
                    forget_failures(tx, self.counted).await?;
                }
                Ok(outcome(proven))
            })
            .await;
        match accepted {
            Ok(outcome) => Ok(outcome),
            Err(undone) => self.fail(undone.outcome()?.into(), "otp").await,
        }
    }

    async fn with_backup_code(&self, code: &BackupCode) -> Result<Outcome> {
        let Self { s, who, user, .. } = *self;
        let Some(found) = backup_codes::find(s, user, code).await? else {
            return self.fail(CodeFault::Wrong.into(), "mca").await;
        };
        let accepted: Result<_, Undone<CodeFault>> =
            s.db.transaction(async |tx| {
                let Some(proven) = record(s, tx, who, &["mca"], self.client).await? else {
                    return Ok(Outcome::Overtaken);
                };
                let left = backup_codes::use_up(s, tx, user, &found).await?;
                let left = left.ok_or(Undone::As(CodeFault::Spent))?;
                let event = Event::BackupCodeUsed { left };
                record_own(s, tx, event, user.id, who.session_id, self.client).await?;
                forget_failures(tx, self.counted).await?;
                Ok(Outcome::Proven {
                    proven: Box::new(proven),
                    backup_codes_left: Some(left),
                })
            })
            .await;
        match accepted {
            Ok(outcome) => Ok(outcome),
            Err(undone) => self.fail(undone.outcome()?.into(), "mca").await,
        }
    }

    /// `by` is a word of RFC 8176.
    async fn fail(&self, refused: RefusedCode, by: &'static str) -> Result<Outcome> {
        let Self { s, who, user, .. } = *self;
        s.db.transaction(async |tx| {
            if let Some(step) = refused.step {
                db::authenticators::totp::refuse_step(tx, user.id, step).await?;
            }
            let failed = Event::ReauthenticationFailed { by };
            record_own(s, tx, failed, user.id, who.session_id, self.client).await
        })
        .await?;
        Ok(Outcome::WrongCode(refused.fault))
    }
}

//! The second step of signing in: a code of an app or a phone, a backup code, or a passkey (`passkey`).

mod passkey;

use std::borrow::Cow;

use super::{
    attempts::{self, Target},
    pending_reset::PendingReset,
};
use crate::{
    db::{self, Transaction, authenticators::totp::TotpRow},
    domain::{
        accounts::user::User,
        audit::{Client, Event, Subject},
        authenticators::{backup_code::BackupCode, phone::CodeUse},
        secrets::secret::SecretString,
        sign_in::{attempts::Pause, device::DeviceCookie},
        token::{Claims, Purpose, judge},
    },
    flows::{
        Result, Services, TokenPair, Undone,
        accounts::deletion::{Restorable, SignedInBy, is_restorable, restorable},
        admin::vouching::is_vouched_for,
        audit::record::{record_anonymous, record_own},
        authenticators::{
            backup_codes,
            contradiction::contradictory_factor,
            phone_code::{self, FoundCode},
            totp_code::{self, CodeFault, RefusedCode, accept_step},
        },
        flood_limits::Throttled,
        sessions::{
            authenticate::HeldSession,
            tokens::{Beginning, begin_session},
        },
        sign_in::{
            attempts::{count_attempt, forget_failures, mail_failed_code},
            hold_for_sign_in,
            new_device::{Agent, notify_of_new_device},
            pending_reset::{complete_reset, open_reset},
            trusted_devices::trust_browser,
        },
    },
};

pub(super) use passkey::with_passkey;

/// The input of the form or the call.
#[derive(Debug, Clone)]
pub struct Input {
    /// The `login_mfa` token.
    pub token: SecretString,
    /// Six digits, or a backup code.
    pub code: SecretString,
    /// Whether the cookies are kept when the browser closes.
    pub remember_me: bool,
    /// The session in the browser, which the new one replaces.
    pub replaces: Option<HeldSession>,
    /// The browser's device cookie, if the browser is to be trusted.
    pub trust: Option<DeviceCookie>,
    pub agent: Agent,
}

#[derive(Debug)]
pub enum Outcome {
    SignedIn {
        pair: TokenPair,
        /// The number of unused backup codes, if one was used.
        backup_codes_left: Option<i64>,
        /// The new device cookie, if the browser is trusted.
        device: Option<DeviceCookie>,
    },
    /// The credentials are right; the owner has deleted the account, and may restore it.
    AccountDeleted(Restorable),
    /// The code is refused; the sign-in can continue with another one.
    WrongCode(CodeFault),
    /// The sign-in has expired, was finished, or its account changed: it must start over.
    Expired,
    Throttled(Pause),
}

/// A sign-in that waits for its second step, and its user.
pub(in crate::flows) struct Pending {
    claims: Claims,
    pub(in crate::flows) user: User,
}

/// The sign-in of a `login_mfa` token; `None` if it has expired, was finished, or its account changed.
pub(in crate::flows) async fn opened(
    s: &Services,
    token: &SecretString,
) -> Result<Option<Pending>> {
    let decoded = s
        .tokens
        .decode_ahead(Purpose::LoginMfa, token.expose(), s.now());
    let Ok(claims) = decoded else {
        return Ok(None);
    };
    let Some(status) = db::sessions::token_status::find(&s.db, &claims).await? else {
        return Ok(None);
    };
    let mut user_status = status.user_status();
    // A deleted account asks for its second factor before it says that it is deleted.
    user_status.disabled &= !is_restorable(s, &status.user.user);
    if judge(&claims, &user_status, &status, s.now()).is_err() {
        return Ok(None);
    }
    let user = status.user.user;
    let has_factor = user.two_factor_enabled() && !contradictory_factor(&user);
    Ok(has_factor.then_some(Pending { claims, user }))
}

/// Finishes a sign-in with a code.
pub async fn verify(s: &Services, input: Input, client: &Client) -> Result<Outcome> {
    let Some(Pending { claims, user }) = opened(s, &input.token).await? else {
        return Ok(Outcome::Expired);
    };
    let counted = match count_attempt(s, Target::code(&user), client).await? {
        Ok(counted) => counted,
        Err(Throttled(wait)) => return Ok(Outcome::Throttled(wait)),
    };
    let Ok(reset) = open_reset(s, &claims, &user) else {
        return Ok(Outcome::Expired);
    };
    let attempt = Attempt {
        s,
        user: &user,
        reset,
        claims: &claims,
        counted: Some(&counted),
        client,
        remembered: input.remember_me,
        replaces: input.replaces,
        trust: input.trust.as_ref(),
        agent: input.agent,
    };
    match BackupCode::parse(input.code.expose()) {
        Some(code) => attempt.with_backup_code(&code).await,
        None => attempt.with_six_digits(&input.code).await,
    }
}

struct Attempt<'a> {
    s: &'a Services,
    user: &'a User,
    /// The new password that the code sets, if a reset is pending.
    reset: Option<PendingReset>,
    claims: &'a Claims,
    /// `None` for a passkey, which cannot be guessed.
    counted: Option<&'a attempts::Attempt>,
    client: &'a Client,
    remembered: bool,
    replaces: Option<HeldSession>,
    trust: Option<&'a DeviceCookie>,
    agent: Agent,
}

/// Why no session began with a right code.
enum NotBegun {
    /// The pending sign-in was used, or the account changed.
    Expired,
    Spent,
}

/// What a right code led to.
enum Finished {
    /// A session that began, and the cookie of the browser where it is trusted.
    SignedIn(TokenPair, Option<DeviceCookie>),
    AccountDeleted(Restorable),
}

impl Attempt<'_> {
    /// A code of the app, or else of the phone.
    async fn with_six_digits(&self, typed: &SecretString) -> Result<Outcome> {
        let (s, user) = (self.s, self.user);
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
            None => self.fail(refused).await,
        }
    }

    async fn with_phone(&self, found: &FoundCode) -> Result<Outcome> {
        let begun = self.s.db.transaction(async |tx| {
            if !self.consume_pending(tx).await? {
                return Err(Undone::As(NotBegun::Expired));
            }
            if !phone_code::use_up(self.s, tx, self.user, found).await? {
                return Err(Undone::As(NotBegun::Spent));
            }
            self.finish(tx, SignedInBy::Phone).await
        });
        self.concluded(begun.await, None).await
    }

    async fn with_step(&self, row: &TotpRow, step: i64) -> Result<Outcome> {
        let begun = self.s.db.transaction(async |tx| {
            if !self.consume_pending(tx).await? {
                return Err(Undone::As(NotBegun::Expired));
            }
            if !accept_step(self.s, tx, self.user, &row.secret, step).await? {
                return Err(Undone::As(NotBegun::Spent));
            }
            self.finish(tx, SignedInBy::Totp).await
        });
        self.concluded(begun.await, None).await
    }

    async fn with_backup_code(&self, code: &BackupCode) -> Result<Outcome> {
        let Some(found) = backup_codes::find(self.s, self.user, code).await? else {
            return self.fail(CodeFault::Wrong.into()).await;
        };
        let begun = self.s.db.transaction(async |tx| {
            if !self.consume_pending(tx).await? {
                return Err(Undone::As(NotBegun::Expired));
            }
            let left = backup_codes::use_up(self.s, tx, self.user, &found).await?;
            let left = left.ok_or(Undone::As(NotBegun::Spent))?;
            let finished = self.finish(tx, SignedInBy::BackupCode).await?;
            let session_id = match &finished {
                Finished::SignedIn(pair, _) => Some(pair.session_id),
                Finished::AccountDeleted(_) => None,
            };
            let event = Event::BackupCodeUsed { left };
            record_own(self.s, tx, event, self.user.id, session_id, self.client).await?;
            Ok((finished, left))
        });
        match begun.await {
            Ok((finished, left)) => self.concluded(Ok(finished), Some(left)).await,
            Err(undone) => self.concluded(Err(undone), None).await,
        }
    }

    /// Uses the pending sign-in up, if the account is as it was when the password was checked.
    async fn consume_pending(&self, tx: &Transaction<'_>) -> Result<bool> {
        let vouched_for = is_vouched_for(tx, self.user).await?;
        let held = vouched_for && hold_for_sign_in(self.s, tx, self.user).await?;
        Ok(held && db::sessions::revoked_tokens::insert(tx, self.claims).await?)
    }

    async fn finish(
        &self,
        tx: &Transaction<'_>,
        by: SignedInBy,
    ) -> Result<Finished, Undone<NotBegun>> {
        if let Some(counted) = self.counted {
            forget_failures(tx, counted).await?;
        }
        if is_restorable(self.s, self.user) {
            let (event, subject) = (Event::SignInToDeletedAccount, Subject::User(self.user.id));
            record_anonymous(self.s, tx, event, subject, self.client).await?;
            let restorable = restorable(self.s, self.user, by);
            return Ok(Finished::AccountDeleted(restorable));
        }
        let user = match &self.reset {
            None => Cow::Borrowed(self.user),
            Some(reset) => {
                let set = complete_reset(self.s, tx, self.user, reset, self.client);
                Cow::Owned(set.await?.ok_or(Undone::As(NotBegun::Expired))?)
            }
        };
        let beginning = Beginning {
            user: &user,
            rev: user.revocation_id,
            methods: by.methods(),
            checked_at: None,
            remembered: self.remembered,
            replaces: self.replaces,
            client: self.client,
        };
        let pair = begin_session(self.s, tx, beginning).await?;
        let device = match self.trust {
            Some(before) => {
                let trusted =
                    trust_browser(self.s, tx, &user, before, pair.session_id, self.client);
                Some(trusted.await?)
            }
            None => None,
        };
        // One mail for one sign-in: that of the trust and that of the new password say where it came from.
        if self.trust.is_none() && self.reset.is_none() {
            let session_id = pair.session_id;
            notify_of_new_device(self.s, tx, &user, session_id, self.agent, self.client).await?;
        }
        Ok(Finished::SignedIn(pair, device))
    }

    async fn concluded(
        &self,
        finished: Result<Finished, Undone<NotBegun>>,
        left: Option<i64>,
    ) -> Result<Outcome> {
        match finished {
            Ok(Finished::AccountDeleted(restorable)) => Ok(Outcome::AccountDeleted(restorable)),
            Ok(Finished::SignedIn(pair, device)) => Ok(Outcome::SignedIn {
                pair,
                backup_codes_left: left,
                device,
            }),
            Err(undone) => match undone.outcome()? {
                NotBegun::Expired => Ok(Outcome::Expired),
                NotBegun::Spent => self.fail(CodeFault::Spent.into()).await,
            },
        }
    }

    async fn fail(&self, refused: RefusedCode) -> Result<Outcome> {
        self.s
            .db
            .transaction(async |tx| {
                if let Some(step) = refused.step {
                    db::authenticators::totp::refuse_step(tx, self.user.id, step).await?;
                }
                let event = Event::SecondFactorFailed {
                    reason: match refused.fault {
                        CodeFault::Wrong => "wrong",
                        CodeFault::Spent => "spent",
                        CodeFault::ClockOff { .. } => "clock_off",
                    },
                };
                record_anonymous(self.s, tx, event, Subject::User(self.user.id), self.client)
                    .await?;
                let password_known = self.reset.is_none();
                mail_failed_code(self.s, tx, self.user, password_known, self.client).await
            })
            .await?;
        Ok(Outcome::WrongCode(refused.fault))
    }
}

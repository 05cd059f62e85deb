//! Acts for users who cannot sign in, or whose password must change: a new password, a link, a lost second
//! factor.

use super::act::{Acting, Outcome};
use crate::{
    db,
    domain::{
        accounts::{reason::Reason, user::User},
        admin::{NOT_FROZEN, NOT_RECOVERING, SIGN_IN_FROZEN},
        audit::Event,
    },
    flows::{
        Result,
        authenticators::factors::remove_all,
        mail::{
            outbox::{Cause, Recipient, enqueue},
            requested::{MailRequest, enqueue_verification, requested_message},
        },
        sign_in::unlock::unlock_all,
    },
};

impl Acting<'_> {
    /// Requires a new password. Sessions continue, but allow nothing else until it is set.
    pub async fn require_password_change(&self, user: &User) -> Result<Outcome> {
        db::admin::managed::require_password_change(self.tx, user.id).await?;
        self.audit(Event::UserPasswordChangeRequired, user.id)
            .await?;
        Ok(Outcome::Done)
    }

    /// Clears the failed attempts at the password and at codes.
    pub async fn unlock(&self, user: &User) -> Result<Outcome> {
        if !unlock_all(self.s, self.tx, user).await? {
            return Ok(Outcome::NothingToDo(
                "No wrong attempts hold up sign-in to this account.",
            ));
        }
        self.audit(Event::SignInUnblocked { by: "admin" }, user.id)
            .await?;
        Ok(Outcome::Done)
    }

    /// Ends a freeze, because the admin has checked who asks for it.
    pub async fn lift_freeze(&self, user: &User, reason: &Reason) -> Result<Outcome> {
        if !db::accounts::freezes::lift(self.tx, user.id, self.s.now()).await? {
            return Ok(Outcome::NothingToDo(NOT_FROZEN));
        }
        let reason = reason.clone();
        self.audit(Event::UserFreezeLifted { reason }, user.id)
            .await?;
        Ok(Outcome::Done)
    }

    /// Cancels the removal of a lost second factor.
    pub async fn cancel_recovery(&self, user: &User, reason: &Reason) -> Result<Outcome> {
        let now = self.s.now();
        if !db::authenticators::recoveries::cancel(self.tx, user.id, now).await? {
            return Ok(Outcome::NothingToDo(NOT_RECOVERING));
        }
        let reason = reason.clone();
        self.audit(Event::UserRecoveryCancelled { reason }, user.id)
            .await?;
        Ok(Outcome::Done)
    }

    /// Mails the same link as "forgot password".
    pub async fn send_reset(&self, user: &User) -> Result<Outcome> {
        let Self { s, tx, .. } = self;
        if user.sign_in_frozen(s.now()) {
            return Ok(Outcome::NothingToDo(SIGN_IN_FROZEN));
        }
        let message = requested_message(s, MailRequest::Reset, user)?;
        enqueue(s, tx, Recipient::User(user), &message, Cause::Admin).await?;
        self.audit(Event::UserResetSent, user.id).await?;
        Ok(Outcome::Done)
    }

    /// Mails the link of the registration again.
    pub async fn send_verification(&self, user: &User) -> Result<Outcome> {
        enqueue_verification(self.s, self.tx, user, Cause::Admin).await?;
        self.audit(Event::UserVerificationSent, user.id).await?;
        Ok(Outcome::Done)
    }

    /// Removes every second factor and the backup codes. The password alone signs in once; then a new one is
    /// required.
    pub async fn reset_two_factor(&self, user: &User, reason: &Reason) -> Result<Outcome> {
        self.end_everything(user).await?;
        remove_all(self.tx, user).await?;
        db::admin::managed::require_password_change(self.tx, user.id).await?;
        let reason = reason.clone();
        self.audit(Event::UserTwoFactorReset { reason }, user.id)
            .await?;
        Ok(Outcome::Done)
    }
}

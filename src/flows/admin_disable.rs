//! Shutting an account, and opening it again.

use super::{
    Result,
    admin_act::{Acting, Outcome},
};
use crate::{
    db::{self, admin_users::ManagedUser},
    domain::{audit::Event, reason::Reason, user::User},
    mail::AdminAct,
};

impl Acting<'_> {
    /// Ends every session, token, reset link and pending change at once. Opening brings none back.
    pub(super) async fn disable(&self, user: &User, reason: &Reason) -> Result<Outcome> {
        if user.disabled_at.is_some() {
            return Ok(Outcome::NothingToDo("This account is disabled already."));
        }
        if self.is_last_admin(user).await? {
            return Ok(Outcome::LastAdmin);
        }
        let now = self.s.now();
        db::admin_users::set_disabled(self.tx, user.id, Some(now)).await?;
        self.end_everything(user).await?;
        let reason = reason.clone();
        self.audit(Event::UserDisabled { reason }, user.id).await?;
        self.tell(user, AdminAct::Disabled).await?;
        Ok(Outcome::Done)
    }

    /// Lets the owner sign in again, as with any account.
    pub(super) async fn enable(&self, managed: &ManagedUser) -> Result<Outcome> {
        let user = &managed.user;
        if managed.deleted_at.is_some() {
            return Ok(Outcome::NothingToDo(
                "This account is deleted. Restore it first.",
            ));
        }
        if user.disabled_at.is_none() {
            return Ok(Outcome::NothingToDo("This account is not disabled."));
        }
        db::admin_users::set_disabled(self.tx, user.id, None).await?;
        self.audit(Event::UserEnabled, user.id).await?;
        self.tell(user, AdminAct::Enabled).await?;
        Ok(Outcome::Done)
    }
}

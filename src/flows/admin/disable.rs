//! Shutting an account, and opening it again.

use super::act::{Acting, Outcome};
use crate::{
    db::{self, admin::managed::ManagedUser},
    domain::{
        accounts::{reason::Reason, user::User},
        audit::Event,
    },
    flows::Result,
    mail::AdminAct,
};

/// Why shutting this account does nothing, where that is so.
pub fn not_to_disable(user: &User) -> Option<&'static str> {
    let shut = user.disabled_at.is_some();
    shut.then_some("This account is disabled already.")
}

/// Why opening this account does nothing, where that is so.
pub fn not_to_enable(managed: &ManagedUser) -> Option<&'static str> {
    if managed.deleted_at.is_some() {
        return Some("This account is deleted. Restore it first.");
    }
    let open = managed.user.disabled_at.is_none();
    open.then_some("This account is not disabled.")
}

impl Acting<'_> {
    /// Ends every session, token, reset link and pending change at once. Opening brings none back.
    pub async fn disable(&self, user: &User, reason: &Reason) -> Result<Outcome> {
        if let Some(why) = not_to_disable(user) {
            return Ok(Outcome::NothingToDo(why));
        }
        if self.is_last_admin(user).await? {
            return Ok(Outcome::LastAdmin);
        }
        let now = self.s.now();
        db::admin::managed::set_disabled(self.tx, user.id, Some(now)).await?;
        self.end_everything(user).await?;
        self.end_unproven_imports(user).await?;
        let reason = reason.clone();
        self.audit(Event::UserDisabled { reason }, user.id).await?;
        self.tell(user, AdminAct::Disabled).await?;
        Ok(Outcome::Done)
    }

    /// Lets the owner sign in again, as with any account.
    pub async fn enable(&self, managed: &ManagedUser) -> Result<Outcome> {
        let user = &managed.user;
        if let Some(why) = not_to_enable(managed) {
            return Ok(Outcome::NothingToDo(why));
        }
        db::admin::managed::set_disabled(self.tx, user.id, None).await?;
        self.audit(Event::UserEnabled, user.id).await?;
        self.tell(user, AdminAct::Enabled).await?;
        Ok(Outcome::Done)
    }
}

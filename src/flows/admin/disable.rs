//! Shutting an account, and opening it again.

use super::act::{Acting, Outcome};
use crate::{
    db,
    domain::{
        accounts::{reason::Reason, user::User},
        audit::Event,
    },
    flows::Result,
};

impl Acting<'_> {
    /// Ends every session, token, reset link and pending change at once. Opening brings none back.
    pub async fn disable(&self, user: &User, reason: &Reason) -> Result<Outcome> {
        if self.is_last_admin(user).await? {
            return Ok(Outcome::LastAdmin);
        }
        let now = self.s.now();
        db::admin::managed::set_disabled(self.tx, user.id, Some(now)).await?;
        self.end_everything(user).await?;
        self.end_unproven_imports(user).await?;
        let reason = reason.clone();
        self.audit(Event::UserDisabled { reason }, user.id).await?;
        Ok(Outcome::Done)
    }

    /// Lets the owner sign in again, as with any account.
    pub async fn enable(&self, user: &User) -> Result<Outcome> {
        db::admin::managed::set_disabled(self.tx, user.id, None).await?;
        self.audit(Event::UserEnabled, user.id).await?;
        Ok(Outcome::Done)
    }
}

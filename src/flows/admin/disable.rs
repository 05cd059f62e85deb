//! Disabling an account, and enabling it again.

use super::{
    act::{Acting, Outcome},
    vouching::end_unproven_imports,
};
use crate::{
    db,
    domain::{
        accounts::{reason::Reason, user::User},
        audit::Event,
    },
    flows::Result,
};

impl Acting<'_> {
    /// Ends every session, token, reset link and pending change at once. Enabling restores none of them.
    pub async fn disable(&self, user: &User, reason: &Reason) -> Result<Outcome> {
        if self.is_last_admin(user).await? {
            return Ok(Outcome::LastAdmin);
        }
        let now = self.s.now();
        db::admin::managed::set_disabled(self.tx, user.id, Some(now)).await?;
        if user.owner_deleted_at.is_some() {
            db::admin::managed::end_owners_restore(self.tx, user.id).await?;
        }
        self.end_everything(user).await?;
        end_unproven_imports(self.s, self.tx, user, self.as_actor()).await?;
        let reason = reason.clone();
        self.audit(Event::UserDisabled { reason }, user.id).await?;
        Ok(Outcome::Done)
    }

    /// Allows the owner to sign in again.
    pub async fn enable(&self, user: &User) -> Result<Outcome> {
        db::admin::managed::set_disabled(self.tx, user.id, None).await?;
        self.audit(Event::UserEnabled, user.id).await?;
        Ok(Outcome::Done)
    }
}

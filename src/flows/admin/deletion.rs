//! Deleting an account: it is disabled at once, erased after a grace period, and can be restored until
//! then.
//!
//! ```text
//!   open or disabled --delete--> deleted and disabled --the grace--> erased
//!                                     |
//!                                     '--restore--> disabled --enable--> open
//! ```

use super::{
    act::{Acting, Outcome},
    vouching::end_unproven_imports,
};
use crate::{
    db,
    domain::{
        accounts::{reason::Reason, user::User},
        audit::{Client, Event, Subject},
    },
    flows::{
        InputFaults, Result, Services,
        audit::record::{Actor, record_each},
    },
};

impl Acting<'_> {
    /// The address stays taken until the account is erased.
    pub async fn delete(
        &self,
        user: &User,
        reason: &Reason,
        confirm_email: &str,
    ) -> Result<Outcome> {
        if !user.has_address(confirm_email) {
            let why = "This is not the address of this account. Type it to confirm.";
            return Ok(Outcome::Invalid(InputFaults::one("confirm_email", &why)));
        }
        if self.is_last_admin(user).await? {
            return Ok(Outcome::LastAdmin);
        }
        let now = self.s.now();
        let disabled_at = user.disabled_at.unwrap_or(now);
        db::admin::managed::set_disabled(self.tx, user.id, Some(disabled_at)).await?;
        db::admin::managed::set_deleted(self.tx, user.id, Some(now)).await?;
        self.end_everything(user).await?;
        end_unproven_imports(self.s, self.tx, user, self.as_actor()).await?;
        let reason = reason.clone();
        self.audit(Event::UserDeleted { reason }, user.id).await?;
        Ok(Outcome::Done)
    }

    /// The account stays disabled; enabling it is a separate act.
    pub async fn restore(&self, user: &User) -> Result<Outcome> {
        db::admin::managed::set_deleted(self.tx, user.id, None).await?;
        self.audit(Event::UserRestored, user.id).await?;
        Ok(Outcome::Done)
    }
}

/// Erases up to a hundred accounts whose grace period is over. Returns their number.
pub async fn erase_due(s: &Services) -> Result<usize> {
    let client = Client::service();
    let at = s.now();
    s.db.transaction(async |tx| {
        let erased = db::admin::managed::erase(tx, at - s.policy.deletion_grace).await?;
        if erased.is_empty() {
            return Ok(0);
        }
        let erasure = |id| (Event::UserErased, Subject::User(id));
        record_each(s, tx, &erased, Actor::anonymous(&client), erasure).await?;
        Ok(erased.len())
    })
    .await
}

//! Who vouches for an imported account until its owner has proven the mailbox: the admins of its import,
//! while they are active admins. For an operator's import, no one else is needed.
//!
//! ```text
//!   imported --the owner proves the mailbox--> needs no one to vouch
//!       |
//!       '--an admin of the import is disabled, demoted or deleted--> sessions end, the password is
//!          refused; a link to the mailbox still works
//! ```

use super::act::Acting;
use crate::{
    db::{self, Transaction},
    domain::{
        accounts::user::{Role, User},
        audit::Event,
        session::EndReason,
    },
    flows::Result,
};

/// Whether the password of an account may begin a session. Call this before locking the user: acts of
/// admins lock the admin first, too.
pub async fn is_vouched_for(tx: &Transaction<'_>, user: &User) -> Result<bool> {
    match user.import_id {
        Some(import) if !user.mailbox_proven() => {
            Ok(db::imports::is_vouched_for(tx, import).await?)
        }
        _ => Ok(true),
    }
}

impl Acting<'_> {
    /// Ends the sessions that depend on an admin's imports, if the mailbox was never proven. Call this
    /// after the admin's row has been changed.
    pub async fn end_unproven_imports(&self, was: &User) -> Result<()> {
        if was.role != Role::Admin {
            return Ok(());
        }
        let (reason, now) = (EndReason::ByAdmin.as_str(), self.s.now());
        let count = db::imports::end_unproven_sessions(self.tx, was.id, reason, now).await?;
        if count > 0 {
            self.audit(Event::UserImportsUnvouched { count }, was.id)
                .await?;
        }
        Ok(())
    }
}

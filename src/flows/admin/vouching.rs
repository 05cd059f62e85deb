//! Who vouches for an imported account until its owner has proven the mailbox: the admins of its import,
//! while they are active admins. For an operator's import, no one else is needed.
//!
//! ```text
//!   imported --the owner proves the mailbox--> needs no one to vouch
//!       |
//!       '--an admin of the import is disabled, demoted or deleted--> sessions end, the password is
//!          refused; a link to the mailbox still works
//! ```

use crate::{
    db::{self, Transaction},
    domain::{
        accounts::user::{Role, User},
        audit::{Event, Subject},
        session::EndReason,
    },
    flows::{
        Result, Services,
        audit::record::{Actor, record},
    },
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

/// Ends the sessions that depend on an admin's imports, if the mailbox was never proven. Call this after the
/// admin's row has been changed.
pub async fn end_unproven_imports(
    s: &Services,
    tx: &Transaction<'_>,
    was: &User,
    actor: Actor<'_>,
) -> Result<()> {
    if was.role != Role::Admin {
        return Ok(());
    }
    let reason = EndReason::ByAdmin.as_str();
    let count = db::imports::end_unproven_sessions(tx, was.id, reason, s.now()).await?;
    if count == 0 {
        return Ok(());
    }
    let event = Event::UserImportsUnvouched { count };
    record(s, tx, event, Subject::User(was.id), actor).await
}

//! Setting a new password, once it is accepted and hashed: what ends with the old one, and how the owner
//! is notified.

use crate::{
    db::{self, Transaction, accounts::credentials::PasswordHash},
    domain::{
        accounts::{undo::Change, user::User},
        audit::{Client, Event, Subject},
        session::EndReason,
    },
    flows::{
        Result, Services,
        accounts::undo_points::{Before, before},
        audit::record::record_anonymous,
        authenticators::factors::forget_pending,
        mail::{
            notify::{Happened, notify_of},
            outbox::Cause,
        },
        sign_in::unlock::unlock,
    },
    mail::Message,
};

/// A password that is set by a user who can read the mailbox.
#[derive(Debug, Clone, Copy)]
pub struct NewPassword<'a> {
    pub user: &'a User,
    pub hash: &'a PasswordHash,
    pub reason: EndReason,
    pub client: &'a Client,
}

/// Sets the password, proves the address, ends every session and tells the owner. Returns the
/// user as it is now; `None` where the credentials changed since the token was read.
pub async fn set_password_by_mail(
    s: &Services,
    tx: &Transaction<'_>,
    change: NewPassword<'_>,
) -> Result<Option<User>> {
    let earlier = before(s, tx, change.user).await?;
    let after = write_password(s, tx, change, Event::PasswordReset).await?;
    if after.is_some() {
        enqueue_password_changed(s, tx, change.user, &earlier, change.client).await?;
    }
    Ok(after)
}

/// The same without a mail, reported as this event.
pub async fn write_password(
    s: &Services,
    tx: &Transaction<'_>,
    change: NewPassword<'_>,
    event: Event,
) -> Result<Option<User>> {
    let NewPassword {
        user,
        hash,
        reason,
        client,
    } = change;
    let now = s.now();
    let raised =
        db::accounts::credentials::set_password(tx, user.id, user.revocation_id, hash, now).await?;
    let Some(raised) = raised else {
        return Ok(None);
    };
    // The first holder of the account need not own the mailbox. A verification at the same moment is seen
    // here.
    let taken_over = db::accounts::verification::take_over(tx, user.id, now).await?;
    forget_pending(tx, user).await?;
    unlock(s, tx, user).await?;
    db::sessions::end_all(tx, user.id, None, reason, now).await?;
    record_anonymous(s, tx, event, Subject::User(user.id), client).await?;
    if taken_over.is_some() {
        record_anonymous(s, tx, Event::EmailVerified, Subject::User(user.id), client).await?;
    }
    let mut after = User {
        revocation_id: raised.revocation_id,
        password_changed_at: raised.password_changed_at,
        password_must_change: false,
        ..user.clone()
    };
    if let Some(display_name) = taken_over {
        after.display_name = display_name;
        after.email_verified_at = Some(now);
        after.verified_by_file = false;
        after.browsers_known_from = Some(now);
    }
    Ok(Some(after))
}

/// Tells the owner that the password changed. `before` was read before that.
pub async fn enqueue_password_changed(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    before: &Before,
    client: &Client,
) -> Result<()> {
    let event = Happened {
        before,
        change: Change::Password,
        cause: Cause::Client(client),
    };
    notify_of(s, tx, event, &[user], |notice, _| {
        Message::PasswordChanged { notice }
    })
    .await
}

//! Deleting one's own account, and keeping it after all.
//!
//! ```text
//!   open --delete--> deleted --DELETION_GRACE_DAYS--> erased
//!     ^                 |
//!     └──restore────────┘  after signing in with all factors
//! ```

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    db::{self, Transaction},
    domain::{
        accounts::user::{Role, User},
        audit::{Client, Event},
        session::EndReason,
    },
    flows::{
        InputFaults, Result, Services, TokenPair,
        admin::vouching::end_unproven_imports,
        audit::record::record_own,
        authenticators::{factors::forget_pending, passkeys::answer::methods_of, proof::Proven},
        mail::notify::notify,
        sessions::{
            authenticate::{Authenticated, HeldSession},
            still_lives,
            tokens::{Beginning, begin_session},
        },
    },
    mail::Message,
};

#[derive(Debug)]
pub enum Outcome {
    /// Deleted and signed out everywhere. Until this time it can be restored.
    Deleted(DateTime<Utc>),
    /// What was typed is not the address of the account.
    Invalid(InputFaults),
    /// No admin would be left to manage accounts.
    LastAdmin,
    /// The account changed in the same moment: nothing was done.
    Overtaken,
    /// The account is frozen until then.
    Frozen(DateTime<Utc>),
}

/// Deletes the account of the caller.
pub async fn delete(
    s: &Services,
    proven: &Proven,
    confirm_email: &str,
    client: &Client,
) -> Result<Outcome> {
    let who = proven.who();
    if let Some(until) = who.user().frozen(s.now()) {
        return Ok(Outcome::Frozen(until));
    }
    if !who.user().has_address(confirm_email) {
        let why = "This is not the address of your account. Enter it to confirm.";
        return Ok(Outcome::Invalid(InputFaults::one("confirm_email", &why)));
    }
    s.db.transaction(async |tx| write(s, tx, who, client).await)
        .await
}

async fn write(
    s: &Services,
    tx: &Transaction<'_>,
    who: &Authenticated,
    client: &Client,
) -> Result<Outcome> {
    let (user, now) = (who.user(), s.now());
    if user.role == Role::Admin {
        // The lock of every act that could take the last admin away.
        db::admin::admins::lock(tx).await?;
        if !db::admin::admins::another_active(tx, user.id).await? {
            return Ok(Outcome::LastAdmin);
        }
    }
    if !still_lives(tx, who).await?
        || !db::accounts::deletion::delete(tx, user.id, user.revocation_id, now).await?
    {
        return Ok(Outcome::Overtaken);
    }
    forget_pending(tx, user).await?;
    db::sessions::end_all(tx, user.id, None, EndReason::AccountDeleted, now).await?;
    let event = Event::AccountDeleted;
    record_own(s, tx, event, user.id, who.session_id, client).await?;
    end_unproven_imports(s, tx, user, who.actor(client)).await?;
    let erased_at = now + s.policy.deletion_grace;
    notify(s, tx, user, client, |notice| Message::AccountDeleted {
        notice,
        sign_in_link: s.site.link("/login"),
        erased_at,
    })
    .await?;
    Ok(Outcome::Deleted(erased_at))
}

/// How the owner of a deleted account signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignedInBy {
    Password,
    Totp,
    Phone,
    BackupCode,
    /// A passkey, alone or after the password.
    Passkey {
        /// Whether it can be copied to other devices.
        copied: bool,
        after_password: bool,
    },
}

impl SignedInBy {
    /// In the words of RFC 8176.
    pub(in crate::flows) fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Password => &["pwd"],
            Self::Totp => &["pwd", "otp", "mfa"],
            Self::Phone => &["pwd", "sms", "mfa"],
            Self::BackupCode => &["pwd", "mca", "mfa"],
            Self::Passkey {
                copied,
                after_password,
            } => match (after_password, copied) {
                (true, true) => &["pwd", "swk", "user", "mfa"],
                (true, false) => &["pwd", "hwk", "user", "mfa"],
                (false, _) => methods_of(copied),
            },
        }
    }
}

/// The right to restore an account, of a person who gave its right credentials. Whatever raises `rev` ends it, and
/// restoring does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Restorable {
    pub(in crate::flows) user_id: Uuid,
    pub(in crate::flows) rev: i64,
    pub(in crate::flows) by: SignedInBy,
    /// When the credentials were checked.
    pub(in crate::flows) at: DateTime<Utc>,
    /// When the account is erased.
    pub erased_at: DateTime<Utc>,
}

/// Whether the owner deleted the account and may still restore it.
pub(in crate::flows) fn is_restorable(s: &Services, user: &User) -> bool {
    user.owner_deleted_at
        .is_some_and(|at| s.now() < at + s.policy.deletion_grace)
}

/// What right credentials of a deleted account are worth.
pub(in crate::flows) fn restorable(s: &Services, user: &User, by: SignedInBy) -> Restorable {
    let now = s.now();
    Restorable {
        user_id: user.id,
        rev: user.revocation_id,
        by,
        at: now,
        erased_at: user.owner_deleted_at.unwrap_or(now) + s.policy.deletion_grace,
    }
}

/// Whether the right is recent enough to be used, as a recent proof is.
pub fn is_usable(s: &Services, restorable: &Restorable) -> bool {
    s.now() < restorable.at + crate::flows::authenticators::proof::RECENT
}

/// How a browser keeps the session that restoring begins; a program keeps its tokens itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keeping {
    /// Whether the cookies outlive the browser.
    pub remembered: bool,
    /// The session of the browser that the new one replaces.
    pub replaces: Option<HeldSession>,
}

/// Opens the account again and signs in. `None` where it was restored, erased or changed in the meantime.
pub async fn restore(
    s: &Services,
    restorable: &Restorable,
    keeping: Keeping,
    client: &Client,
) -> Result<Option<TokenPair>> {
    if !is_usable(s, restorable) {
        return Ok(None);
    }
    let Restorable {
        user_id,
        rev,
        by,
        at,
        ..
    } = *restorable;
    s.db.transaction(async |tx| {
        let earliest = s.now() - s.policy.deletion_grace;
        if db::accounts::deletion::restore(tx, user_id, rev, earliest)
            .await?
            .is_none()
        {
            return Ok(None);
        }
        let Some(managed) = db::admin::managed::find(tx, user_id).await? else {
            return Ok(None);
        };
        let user = managed.user;
        record_own(s, tx, Event::AccountRestored, user.id, None, client).await?;
        notify(s, tx, &user, client, |notice| Message::AccountRestored {
            notice,
        })
        .await?;
        let beginning = Beginning {
            user: &user,
            rev: user.revocation_id,
            methods: by.methods(),
            checked_at: Some(at),
            remembered: keeping.remembered,
            replaces: keeping.replaces,
            client,
        };
        begin_session(s, tx, beginning).await.map(Some)
    })
    .await
}

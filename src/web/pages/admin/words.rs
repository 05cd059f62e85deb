//! What admins do to accounts, in words: one table for the pages of one user and of several.

use crate::{
    db::admin::managed::ManagedUser, domain::accounts::user::Role, flows::admin::bulk::BulkAct,
};

/// An act in the words of its page.
#[derive(Debug)]
pub struct AdminAct {
    pub(in crate::web::pages) kind: Kind,
    /// The last part of its path.
    pub word: &'static str,
    /// The heading, and the text of its link.
    pub title: &'static str,
    /// What will happen.
    pub says: &'static str,
    /// The words of its button.
    pub button: &'static str,
    /// As in "to disable an account".
    pub purpose: &'static str,
    /// What happened, afterwards.
    pub(in crate::web::pages) done: &'static str,
}

/// Which act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web::pages) enum Kind {
    Disable,
    Enable,
    Role(Role),
    RequirePasswordChange,
    Unlock,
    SendReset,
    SendVerification,
    ResetTwoFactor,
    RevokeSessions,
    RevokeSession,
    Delete,
    Restore,
}

impl AdminAct {
    /// Whether somebody is shut out by it, or loses something.
    pub fn hurts(&self) -> bool {
        matches!(self.kind, Kind::RevokeSessions) || self.asks_reason()
    }

    /// Whether it asks why.
    pub fn asks_reason(&self) -> bool {
        matches!(
            self.kind,
            Kind::Disable | Kind::ResetTwoFactor | Kind::Delete
        )
    }

    /// Whether it asks for the address.
    pub fn asks_address(&self) -> bool {
        self.kind == Kind::Delete
    }

    /// The role that it gives; empty where it gives none.
    pub fn role(&self) -> &'static str {
        match self.kind {
            Kind::Role(role) => role.as_str(),
            _ => "",
        }
    }

    /// Whether it does something to this user.
    pub(in crate::web::pages) fn fits(
        &self,
        ManagedUser {
            user, deleted_at, ..
        }: &ManagedUser,
    ) -> bool {
        let open = user.disabled_at.is_none();
        match self.kind {
            Kind::Disable | Kind::Unlock | Kind::SendReset | Kind::RevokeSessions => open,
            Kind::Enable => !open && deleted_at.is_none(),
            Kind::Role(Role::Admin) => user.role != Role::Admin && user.mailbox_proven(),
            Kind::Role(role) => user.role != role,
            Kind::RequirePasswordChange => !user.password_must_change,
            Kind::SendVerification => open && !user.mailbox_proven(),
            Kind::ResetTwoFactor => user.two_factor_enabled(),
            Kind::RevokeSession => false,
            Kind::Delete => deleted_at.is_none(),
            Kind::Restore => deleted_at.is_some(),
        }
    }

    /// The act that can be done to many.
    pub(in crate::web::pages) fn of_many(act: BulkAct) -> Option<&'static Self> {
        let kind = match act {
            BulkAct::Disable => Kind::Disable,
            BulkAct::Enable => Kind::Enable,
            BulkAct::RequirePasswordChange => Kind::RequirePasswordChange,
            BulkAct::RevokeSessions => Kind::RevokeSessions,
        };
        ACTS.iter().find(|act| act.kind == kind)
    }

    /// Heading, button and what happened where it is done to many. `{}` is how many accounts.
    fn words_for_many(&self) -> [&'static str; 3] {
        match self.kind {
            Kind::Disable => ["Disable accounts", "Disable {}", "Disabled {}."],
            Kind::Enable => ["Enable accounts", "Enable {}", "Enabled {}."],
            Kind::RequirePasswordChange => [
                "Require new passwords",
                "Require new passwords of {}",
                "New passwords are required of {} from now on.",
            ],
            Kind::RevokeSessions => [
                "Sign out everywhere",
                "Sign {} out everywhere",
                "Signed {} out everywhere.",
            ],
            _ => [self.title, self.button, self.done],
        }
    }

    /// The heading where it is done to many.
    pub fn title_of_many(&self) -> &'static str {
        self.words_for_many()[0]
    }

    /// The words of its button where it is done to so many accounts.
    pub fn button_for_many(&self, count: usize) -> String {
        self.words_for_many()[1].replace("{}", &accounts(count))
    }

    /// What happened to so many accounts, afterwards.
    pub(in crate::web::pages) fn done_to_many(&self, count: usize) -> String {
        self.words_for_many()[2].replace("{}", &accounts(count))
    }

    /// Those that do something to this user.
    pub(in crate::web::pages) fn fitting(managed: &ManagedUser) -> Vec<&'static Self> {
        ACTS.iter().filter(|act| act.fits(managed)).collect()
    }

    /// The act of a path; of two that give roles, the first that fits.
    pub fn of_path(path: &str, fits: impl Fn(&Self) -> bool) -> Option<&'static Self> {
        let word = path.rsplit('/').next()?;
        let mut all = ACTS.iter().filter(|act| act.word == word);
        all.clone().find(|act| fits(act)).or_else(|| all.next())
    }
}

/// "1 account", "12 accounts".
fn accounts(count: usize) -> String {
    match count {
        1 => "1 account".to_owned(),
        many => format!("{many} accounts"),
    }
}

const ACTS: [AdminAct; 13] = [
    AdminAct {
        kind: Kind::SendVerification,
        word: "resend-verification",
        title: "Send the verification link again",
        says: "A mail with a fresh link goes to the address. The link works for 24 hours.",
        button: "Send the link",
        purpose: "to send someone a verification link",
        done: "The verification link is on its way.",
    },
    AdminAct {
        kind: Kind::Unlock,
        word: "unlock",
        title: "Clear failed sign-in attempts",
        says: "After too many wrong passwords or codes, sign-in is slowed down, and in the end blocked for browsers that have not been used before. This clears the count and unlocks sign-in. The user is notified by mail.",
        button: "Clear failed sign-in attempts",
        purpose: "to unlock someone's sign-in",
        done: "Failed sign-in attempts are cleared.",
    },
    AdminAct {
        kind: Kind::SendReset,
        word: "send-reset",
        title: "Send a password reset link",
        says: "A mail with a link that sets a new password goes to the address. It works once, for 30 minutes. Nothing changes until it is used.",
        button: "Send the link",
        purpose: "to send someone a reset link",
        done: "The reset link is on its way.",
    },
    AdminAct {
        kind: Kind::RequirePasswordChange,
        word: "require-password-change",
        title: "Require a new password",
        says: "The next page that the user opens asks for a new password, and nothing else works until it is set. The user is notified by mail.",
        button: "Require a new password",
        purpose: "to require a new password of someone",
        done: "A new password is required from now on.",
    },
    AdminAct {
        kind: Kind::RevokeSessions,
        word: "revoke-sessions",
        title: "Sign out everywhere",
        says: "Every browser and app is signed out at once, and trusted browsers are asked for codes again. The password still works. The user is notified by mail.",
        button: "Sign out everywhere",
        purpose: "to sign someone out everywhere",
        done: "Every session has ended.",
    },
    AdminAct {
        kind: Kind::RevokeSession,
        word: "revoke",
        title: "Sign a device out",
        says: "The browser or app is signed out at once. The password still works.",
        button: "Sign out",
        purpose: "to sign out someone's device",
        done: "That device is signed out.",
    },
    AdminAct {
        kind: Kind::ResetTwoFactor,
        word: "reset-two-factor",
        title: "Reset two-step sign-in",
        says: "For a user who has lost the phone and the backup codes. Make sure that the request really comes from the user. Two-step sign-in is turned off, every browser and app is signed out, and the next sign-in takes the password alone and asks for a new one. The user is notified by mail.",
        button: "Reset two-step sign-in",
        purpose: "to reset someone's two-step sign-in",
        done: "Two-step sign-in is reset. A new password is required at the next sign-in.",
    },
    AdminAct {
        kind: Kind::Role(Role::Admin),
        word: "role",
        title: "Make an administrator",
        says: "The user can then see and change every account, and make other administrators. The user is notified by mail.",
        button: "Make an administrator",
        purpose: "to change someone's role",
        done: "The user is now an administrator.",
    },
    AdminAct {
        kind: Kind::Role(Role::User),
        word: "role",
        title: "Remove the administrator role",
        says: "The user keeps their own account, and can no longer manage others from the next request on. The user is notified by mail.",
        button: "Remove the role",
        purpose: "to change someone's role",
        done: "The user is no longer an administrator.",
    },
    AdminAct {
        kind: Kind::Enable,
        word: "enable",
        title: "Enable the account",
        says: "The user can sign in again with the same password. Sessions that ended when the account was disabled stay ended. The user is notified by mail.",
        button: "Enable the account",
        purpose: "to enable an account",
        done: "The account is enabled.",
    },
    AdminAct {
        kind: Kind::Restore,
        word: "restore",
        title: "Restore the account",
        says: "It will not be erased. It stays disabled until you enable it. The user is notified by mail.",
        button: "Restore the account",
        purpose: "to restore a deleted account",
        done: "The account is restored. It is still disabled.",
    },
    AdminAct {
        kind: Kind::Disable,
        word: "disable",
        title: "Disable the account",
        says: "Every browser and app is signed out at once, links in mails stop working, and no one can sign in to the account. Nothing is erased. The user is notified by mail, without your reason.",
        button: "Disable the account",
        purpose: "to disable an account",
        done: "The account is disabled, and every session has ended.",
    },
    AdminAct {
        kind: Kind::Delete,
        word: "delete",
        title: "Delete the account",
        says: "It is disabled at once, and erased after 30 days with everything that belongs to it; the audit log keeps what happened. Until then it can be restored, and its address stays taken. The user is notified by mail, without your reason.",
        button: "Delete the account",
        purpose: "to delete an account",
        done: "The account is deleted. It can be restored for 30 days.",
    },
];

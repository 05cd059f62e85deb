//! The acts of admins and operators on accounts. A row of the table has everything that pages, API, command line
//! and mails need of an act. The flows perform the acts (`flows/admin/act.rs`).

pub mod act;

use uuid::Uuid;

use crate::domain::accounts::{reason::Reason, user::Role};
use act::{Account, AdminAct, Bulk, Command, Input, Listed, Mail};

/// An act with its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Ends all sessions, tokens, links and pending changes as well.
    Disable(Reason),
    /// Sessions that ended are not restored.
    Enable,
    /// Changes the role.
    SetRole(Role),
    /// The user can do nothing else before setting a new password.
    RequirePasswordChange,
    /// Clears failed sign-in attempts.
    Unlock,
    /// Ends a freeze that the link of a security mail caused.
    LiftFreeze(Reason),
    /// Cancels the removal of a lost second factor that waits.
    CancelRecovery(Reason),
    /// Mails a link that sets a new password.
    SendReset,
    /// Mails a link that verifies the address.
    SendVerification,
    /// Removes a second factor that its owner has lost.
    ResetTwoFactor(Reason),
    /// Ends one session.
    RevokeSession(Uuid),
    /// Ends all sessions.
    RevokeSessions,
    /// Disables the account, and erases it after a grace period.
    Delete {
        /// For the audit log.
        reason: Reason,
        /// The address of the account, which the actor types as a confirmation.
        confirm_email: String,
    },
    /// The account stays disabled.
    Restore,
}

/// A macro, so that an act without a row does not compile and every row is in the list.
macro_rules! acts {
    ($($act:pat => $row:expr;)*) => {
        /// Every act. Those that change more come later.
        pub const ACTS: &[AdminAct] = &[$($row),*];

        impl Act {
            /// The row of the table.
            pub fn row(&self) -> &'static AdminAct {
                match self {
                    $($act => const { &$row },)*
                }
            }
        }
    };
}

const DISABLED: &str = "This account is disabled. Enable it first.";

fn always_applies(_: &Account<'_>) -> Option<&'static str> {
    None
}

acts! {
    Act::SendVerification => AdminAct {
        path: "/admin/users/{id}/resend-verification",
        input: Input::Nothing(|| Act::SendVerification),
        title: "Send the verification link again",
        says: "The user gets a mail with a new link, which works for 24 hours.",
        button: "Send the link",
        purpose: "to send someone a verification link",
        done: "The verification link will be sent.",
        is_dangerous: false,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| match account.user {
            user if user.disabled_at.is_some() => Some(DISABLED),
            user => user.mailbox_proven().then_some("This address is verified already."),
        },
        mail: None,
        bulk: None,
        call: "Mails a link that verifies the address.",
        command: Some(Command {
            name: "resend-verification",
            about: "Mail the owner the link that verifies the address again",
            more: "",
            done: "gets a mail with a link that verifies the address",
        }),
    };
    Act::Unlock => AdminAct {
        path: "/admin/users/{id}/unlock",
        input: Input::Nothing(|| Act::Unlock),
        title: "Clear failed sign-in attempts",
        says: "After too many wrong passwords or codes, sign-in is slowed down, and later blocked for browsers in which the user has not signed in before. This clears the count and unlocks sign-in. The user is notified by mail.",
        button: "Clear failed sign-in attempts",
        purpose: "to unlock someone's sign-in",
        done: "Failed sign-in attempts are cleared.",
        is_dangerous: false,
        listed: Listed::OfActiveAccounts,
        nothing_to_do: always_applies,
        mail: Some(Mail {
            kind: "unlocked_by_admin",
            subject: "Sign-in to your {product} account is open again",
            words: "There were too many failed attempts to sign in to your account, perhaps\nby someone else. An administrator of {site} unlocked sign-in.\nYour password still works.",
        }),
        bulk: None,
        call: "Clears failed sign-in attempts.",
        command: Some(Command {
            name: "unlock",
            about: "Clear the failed attempts that slow down or block sign-in",
            more: "",
            done: "can sign in again",
        }),
    };
    Act::LiftFreeze(_) => AdminAct {
        path: "/admin/users/{id}/lift-freeze",
        input: Input::Reason(Act::LiftFreeze),
        title: "Lift the freeze",
        says: "The owner pressed “This wasn’t me” in a mail, so for 72 hours no one can change the address and the second factor of the account or delete it. In some cases no one can sign in either. Lift the freeze only if you are sure who asks for it: the person may be the one whom it keeps out. The user is notified by mail.",
        button: "Lift the freeze",
        purpose: "to lift the freeze of an account",
        done: "The freeze is lifted.",
        is_dangerous: true,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| account.user.frozen_until.is_none().then_some(NOT_FROZEN),
        mail: Some(Mail {
            kind: "freeze_lifted_by_admin",
            subject: "Your {product} account can be changed again",
            words: "An administrator of {site} lifted the freeze of your account.\nYou can change your address and your second factor again. If your password\ndoes not work, reset it.",
        }),
        bulk: None,
        call: "Ends a freeze that the link of a security mail caused.",
        command: Some(Command {
            name: "lift-freeze",
            about: "End a freeze that “This wasn’t me” caused",
            more: "Make sure that the request comes from the owner. The owner is notified by mail, without the reason.",
            done: "is no longer frozen",
        }),
    };
    Act::CancelRecovery(_) => AdminAct {
        path: "/admin/users/{id}/cancel-recovery",
        input: Input::Reason(Act::CancelRecovery),
        title: "Cancel the removal of the second factor",
        says: "Someone entered the right password of this account and asked to remove its lost second factor. Cancel that if you think that it was not the owner. The second factor stays, and the password does not change: if someone else knows it, require a new one as well. The user is notified by mail, without your reason, and can ask again.",
        button: "Cancel the removal",
        purpose: "to cancel the removal of someone's second factor",
        done: "The removal is cancelled.",
        is_dangerous: true,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| (!account.is_recovering).then_some(NOT_RECOVERING),
        mail: Some(Mail {
            kind: "recovery_cancelled_by_admin",
            subject: "Your {product} second factor is not removed",
            words: "Someone had entered your password and asked to remove the second factor\nof your account. An administrator of {site} cancelled that. Nothing\nwas removed. If you did not ask for it, change your password.",
        }),
        bulk: None,
        call: "Cancels the removal of a lost second factor that waits.",
        command: Some(Command {
            name: "cancel-recovery",
            about: "Cancel the removal of a lost second factor that waits",
            more: "The owner is notified by mail, without the reason, and can ask again.",
            done: "keeps its second factor",
        }),
    };
    Act::SendReset => AdminAct {
        path: "/admin/users/{id}/send-reset",
        input: Input::Nothing(|| Act::SendReset),
        title: "Send a password reset link",
        says: "The user gets a mail with a link to set a new password. The link works once, within 30 minutes. Nothing changes before it is used.",
        button: "Send the link",
        purpose: "to send someone a reset link",
        done: "The reset link will be sent.",
        is_dangerous: false,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| account.user.disabled_at.is_some().then_some(DISABLED),
        mail: None,
        bulk: None,
        call: "Mails a link that sets a new password.",
        command: Some(Command {
            name: "reset-password",
            about: "Mail the owner a link that sets a new password",
            more: "",
            done: "gets a mail with a link that sets a new password",
        }),
    };
    Act::RequirePasswordChange => AdminAct {
        path: "/admin/users/{id}/require-password-change",
        input: Input::Nothing(|| Act::RequirePasswordChange),
        title: "Require a new password",
        says: "The next page that the user opens asks for a new password. Other pages do not work until the user has set it. The user is notified by mail.",
        button: "Require a new password",
        purpose: "to require a new password of someone",
        done: "A new password is required from now on.",
        is_dangerous: false,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| {
            let required = account.user.password_must_change;
            required.then_some("A new password is required of this account already.")
        },
        mail: Some(Mail {
            kind: "password_change_required",
            subject: "Please choose a new password for {product}",
            words: "An administrator of {site} asks you to choose a new password.\nThe next page that you open there asks for it. Other pages do not work\nuntil you have set it.",
        }),
        bulk: Some(Bulk {
            choice: "Require new passwords",
            title: "Require new passwords",
            button: "Require new passwords for {}",
            done: "New passwords are now required for {}.",
        }),
        call: "Requires a new password; nothing else is possible until it is set.",
        command: Some(Command {
            name: "require-password-change",
            about: "Require a new password at the next sign-in",
            more: "",
            done: "has to choose a new password",
        }),
    };
    Act::RevokeSessions => AdminAct {
        path: "/admin/users/{id}/revoke-sessions",
        input: Input::Nothing(|| Act::RevokeSessions),
        title: "Sign out everywhere",
        says: "Every browser and app of the user is signed out at once, and no browser is trusted any more. The password still works. The user is notified by mail.",
        button: "Sign out everywhere",
        purpose: "to sign someone out everywhere",
        done: "Every session has ended.",
        is_dangerous: true,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| {
            let disabled = account.user.disabled_at.is_some();
            disabled.then_some("This account is disabled, so no one is signed in to it.")
        },
        mail: Some(Mail {
            kind: "sessions_revoked_by_admin",
            subject: "You were signed out of {product} everywhere",
            words: "An administrator of {site} signed every browser and app out\nof your account. Your password still works.",
        }),
        bulk: Some(Bulk {
            choice: "Sign out everywhere",
            title: "Sign out everywhere",
            button: "Sign {} out everywhere",
            done: "Signed {} out everywhere.",
        }),
        call: "Ends every session and every token.",
        command: Some(Command {
            name: "revoke-sessions",
            about: "End every session and token of an account",
            more: "",
            done: "is signed out everywhere",
        }),
    };
    Act::RevokeSession(_) => AdminAct {
        path: "/admin/users/{id}/sessions/{session}/revoke",
        input: Input::Session(Act::RevokeSession),
        title: "Sign a device out",
        says: "The browser or app is signed out at once. The password still works.",
        button: "Sign out",
        purpose: "to sign out someone's device",
        done: "That device is signed out.",
        is_dangerous: false,
        listed: Listed::Nowhere,
        nothing_to_do: always_applies,
        mail: None,
        bulk: None,
        call: "Ends one session.",
        // `vestibule session revoke` finds the account by the session.
        command: None,
    };
    Act::ResetTwoFactor(_) => AdminAct {
        path: "/admin/users/{id}/reset-two-factor",
        input: Input::Reason(Act::ResetTwoFactor),
        title: "Reset two-step sign-in",
        says: "Do this for a user who has lost the phone and the backup codes. Make sure that the request really comes from the user. Two-step sign-in is turned off, and every browser and app is signed out. The user can then sign in with the password alone, and must choose a new password. The user is notified by mail.",
        button: "Reset two-step sign-in",
        purpose: "to reset someone's two-step sign-in",
        done: "Two-step sign-in is reset. A new password is required at the next sign-in.",
        is_dangerous: true,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| (!account.user.two_factor_enabled()).then_some("Two-step sign-in is not on."),
        mail: Some(Mail {
            kind: "two_factor_reset_by_admin",
            subject: "Two-step sign-in was reset for your {product} account",
            words: "An administrator of {site} turned off two-step sign-in for your\naccount, because your second factor was reported lost. Every browser and\napp is signed out. Sign in with your password, and choose a new one\nwhen the site asks for it. Then set up two-step sign-in again.",
        }),
        bulk: None,
        call: "Removes a lost second factor. Every session ends, and the next sign-in requires a new password.",
        command: Some(Command {
            name: "reset-two-factor",
            about: "Remove a second factor that its owner has lost",
            more: "Make sure that the request comes from the owner. Every session ends, the owner is notified by mail, and the next sign-in requires a new password.",
            done: "no longer has a second factor, and is signed out everywhere",
        }),
    };
    Act::SetRole(Role::Admin) => AdminAct {
        path: "/admin/users/{id}/role",
        input: Input::Role(Role::Admin),
        title: "Make an administrator",
        says: "The user can then see and change every account, and make other users administrators. The user is notified by mail.",
        button: "Make an administrator",
        purpose: "to change someone's role",
        done: "The user is now an administrator.",
        is_dangerous: false,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| match account {
            Account { user, .. } if user.role == Role::Admin => Some(HAS_ROLE),
            // Someone else may have registered the address. An operator knows who owns the account.
            Account { user, by_operator: false, .. } if !user.mailbox_proven() => {
                Some("This address is not verified, so it may belong to someone else. An administrator needs a verified address.")
            }
            _ => None,
        },
        mail: Some(Mail {
            kind: "made_admin",
            subject: "You are now an administrator of {product}",
            words: "You are now an administrator of {site}: you can see and change\nevery account there.",
        }),
        bulk: None,
        call: "Changes the role.",
        command: Some(Command {
            name: "role",
            about: "Give an account another role",
            more: "",
            done: "is an admin now",
        }),
    };
    Act::SetRole(Role::User) => AdminAct {
        path: "/admin/users/{id}/role",
        input: Input::Role(Role::User),
        title: "Remove the administrator role",
        says: "The user keeps their own account, but can no longer see or change other accounts. This takes effect at the next request. The user is notified by mail.",
        button: "Remove the role",
        purpose: "to change someone's role",
        done: "The user is no longer an administrator.",
        is_dangerous: false,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| (account.user.role == Role::User).then_some(HAS_ROLE),
        mail: Some(Mail {
            kind: "made_user",
            subject: "You are no longer an administrator of {product}",
            words: "You are no longer an administrator of {site}. Your own\naccount does not change.",
        }),
        bulk: None,
        call: "Changes the role.",
        command: Some(Command {
            name: "role",
            about: "Give an account another role",
            more: "",
            done: "is no longer an admin",
        }),
    };
    Act::Enable => AdminAct {
        path: "/admin/users/{id}/enable",
        input: Input::Nothing(|| Act::Enable),
        title: "Enable the account",
        says: "The user can sign in again with the same password. Browsers and apps that were signed out when the account was disabled stay signed out. The user is notified by mail.",
        button: "Enable the account",
        purpose: "to enable an account",
        done: "The account is enabled.",
        is_dangerous: false,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| match account {
            Account { is_deleted: true, .. } => Some("This account is deleted. Restore it first."),
            Account { user, .. } => user.disabled_at.is_none().then_some("This account is not disabled."),
        },
        mail: Some(Mail {
            kind: "enabled_by_admin",
            subject: "Your {product} account can be used again",
            words: "An administrator of {site} enabled your account again. You can\nsign in as before.",
        }),
        bulk: Some(Bulk {
            choice: "Enable the accounts",
            title: "Enable accounts",
            button: "Enable {}",
            done: "Enabled {}.",
        }),
        call: "Enables a disabled account. Sessions that ended are not restored.",
        command: Some(Command {
            name: "enable",
            about: "Enable a disabled account; sessions that ended stay ended",
            more: "",
            done: "is enabled",
        }),
    };
    Act::Restore => AdminAct {
        path: "/admin/users/{id}/restore",
        input: Input::Nothing(|| Act::Restore),
        title: "Restore the account",
        says: "The account will not be erased. It stays disabled until you enable it. The user is notified by mail.",
        button: "Restore the account",
        purpose: "to restore a deleted account",
        done: "The account is restored. It is still disabled.",
        is_dangerous: false,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| (!account.is_deleted).then_some("This account is not deleted."),
        mail: Some(Mail {
            kind: "restored_by_admin",
            subject: "Your {product} account was restored",
            words: "An administrator of {site} restored your account, so it will\nnot be erased. You will get another mail when you can sign in again.",
        }),
        bulk: None,
        call: "Restores a deleted account. It stays disabled.",
        command: Some(Command {
            name: "restore",
            about: "Restore a deleted account; it stays disabled until `user enable`",
            more: "",
            done: "is restored, and disabled until `vestibule user enable`",
        }),
    };
    Act::Disable(_) => AdminAct {
        path: "/admin/users/{id}/disable",
        input: Input::Reason(Act::Disable),
        title: "Disable the account",
        says: "Every browser and app of the user is signed out at once, links in mails to the user stop working, and the user can no longer sign in. Nothing is erased. The user is notified by mail, without your reason.",
        button: "Disable the account",
        purpose: "to disable an account",
        done: "The account is disabled, and every session has ended.",
        is_dangerous: true,
        listed: Listed::WhereItApplies,
        // One that its owner deleted is disabled as well, and its owner could restore it.
        nothing_to_do: |account| (account.user.disabled_at.is_some() && account.user.owner_deleted_at.is_none())
            .then_some("This account is disabled already."),
        mail: Some(Mail {
            kind: "disabled_by_admin",
            subject: "Your {product} account was disabled",
            words: "An administrator of {site} disabled your account. Every browser\nand app is signed out, and no one can sign in to it.",
        }),
        bulk: Some(Bulk {
            choice: "Disable the accounts",
            title: "Disable accounts",
            button: "Disable {}",
            done: "Disabled {}.",
        }),
        call: "Disables an account: every session, token and pending change ends at once.",
        command: Some(Command {
            name: "disable",
            about: "Disable an account, at once and everywhere",
            more: "Every session, token and link in a mail ends. The owner is notified by mail, without the reason.",
            done: "is disabled, and signed out everywhere",
        }),
    };
    Act::Delete { .. } => AdminAct {
        path: "/admin/users/{id}/delete",
        input: Input::Deletion(|reason, confirm_email| Act::Delete { reason, confirm_email }),
        title: "Delete the account",
        says: "The account is disabled at once. At the end of its grace period, it is erased with everything that belongs to it, except the events in the audit log. Until then it can be restored, and no one else can use its address. The user is notified by mail, without your reason.",
        button: "Delete the account",
        purpose: "to delete an account",
        done: "The account is deleted. It can be restored until it is erased.",
        is_dangerous: true,
        listed: Listed::WhereItApplies,
        nothing_to_do: |account| (account.is_deleted && account.user.owner_deleted_at.is_none())
            .then_some("This account is deleted already."),
        mail: Some(Mail {
            kind: "deleted_by_admin",
            subject: "Your {product} account was deleted",
            words: "An administrator of {site} deleted your account. Every browser\nand app is signed out. The account and everything that belongs to it\nwill be erased. The log of security events is kept.",
        }),
        bulk: None,
        call: "Deletes an account: disables it now and erases it at the end of its grace period (`DELETION_GRACE_DAYS`).",
        command: Some(Command {
            name: "delete",
            about: "Delete an account: disable it now, erase it at the end of its grace period",
            more: "The grace period has DELETION_GRACE_DAYS; until its end `user restore` can restore the account. The owner is notified by mail, without the reason.",
            done: "is disabled, and will be erased at the end of its grace period",
        }),
    };
}

/// Why a freeze cannot be lifted.
pub const NOT_FROZEN: &str = "This account is not frozen.";
/// Why the removal of a second factor cannot be cancelled.
pub const NOT_RECOVERING: &str = "No removal of the second factor waits.";
/// Why no reset link is mailed.
pub const SIGN_IN_FROZEN: &str =
    "Signing in to this account is frozen, so the link would not work. Lift the freeze first.";

const HAS_ROLE: &str = "This account has that role already.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_leads_to_its_own_row() {
        let reason = || Reason::parse("left the company").unwrap();
        for row in ACTS {
            let act = match row.input {
                Input::Nothing(act) => act(),
                Input::Reason(act) => act(reason()),
                Input::Role(role) => Act::SetRole(role),
                Input::Deletion(act) => act(reason(), String::new()),
                Input::Session(act) => act(Uuid::nil()),
            };
            assert_eq!(act.row().title, row.title);
        }
    }

    #[test]
    fn four_acts_can_be_done_to_many_accounts() {
        let names: Vec<_> = act::bulk().map(AdminAct::name).collect();
        let expected = [
            "disable",
            "enable",
            "require-password-change",
            "revoke-sessions",
        ];
        assert_eq!(names, expected);
        assert!(act::bulk_of("delete").is_none());
    }
}

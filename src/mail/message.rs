//! Every mail that Vestibule sends about an account. A row of the table declares a mail: its fields, its two
//! templates, its name, its rule, its subject and preheader, and when it expires.

mod by_admin;
mod render;
mod rule;

use std::net::IpAddr;

use askama::Template;
use chrono::{DateTime, Duration, Utc};

use super::phrase::filters;
use crate::domain::{
    admin::act::Mail,
    authenticators::{factors::Kind, recovery::EndedBy},
};

pub use render::MailContext;
pub use rule::Rule;

/// The event that a security notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub at: DateTime<Utc>,
    pub ip: Option<IpAddr>,
    /// A name such as `Firefox on Linux`. The client sends it, so templates shorten and escape it.
    pub browser: Option<String>,
    /// The link that reports the event as someone else's, absolute. Mails of `Message::ReportedNotMe` and mails
    /// that are never sent have none.
    pub not_me_link: Option<String>,
}

/// The other parts of a row, beside the fields and the templates.
struct Declared {
    /// The name in the outbox and in logs, in snake case. It never changes once released.
    kind: &'static str,
    rule: Rule,
    /// `{product}` stands for the product.
    subject: &'static str,
    /// The preheader: the text that mail programs show next to the subject.
    preheader: &'static str,
    /// How long its link works. `None` for a mail that does not expire.
    expires_in: Option<Duration>,
}

/// The text of a mail, without the header and footer that all mails share.
struct Words {
    html: String,
    text: String,
}

/// A macro, because each mail has two templates, and each template is a separate type.
macro_rules! mails {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($field:ident: $type:ty),* } in $html:tt $text:tt => $declared:expr;
    )*) => {
        /// A mail to one person about their own account. All links in it are absolute.
        #[derive(Clone, PartialEq, Eq)]
        pub enum Message {
            $($(#[$doc])* $name { $($field: $type),* },)*
        }

        /// The rows by name: tests have a sample of each.
        #[cfg(test)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Row {
            $($name),*
        }

        #[cfg(test)]
        impl Row {
            const ALL: &[Self] = &[$(Self::$name),*];

            const fn of(message: &Message) -> Self {
                match message {
                    $(Message::$name { .. } => Self::$name,)*
                }
            }
        }

        impl Message {
            #[expect(unused_variables, reason = "a row names the fields that it needs")]
            fn declared(&self) -> Declared {
                match self {
                    $(Self::$name { $($field),* } => $declared,)*
                }
            }

            fn words(&self, ctx: &MailContext) -> askama::Result<Words> {
                match self {
                    $(Self::$name { $($field),* } => {
                        #[derive(Template)]
                        #[template(path = $html)]
                        struct Html<'a> { ctx: &'a MailContext, $($field: &'a $type),* }
                        #[derive(Template)]
                        #[template(path = $text)]
                        struct Text<'a> { ctx: &'a MailContext, $($field: &'a $type),* }
                        Ok(Words {
                            html: Html { ctx, $($field),* }.render()?,
                            text: Text { ctx, $($field),* }.render()?,
                        })
                    })*
                }
            }
        }
    };
}

const WHAT_IF_NOT_YOU: &str = "When, from where, and what to do if this wasn’t you.";
const WHAT_NEXT: &str = "What happened, and what to do next.";

mails! {
    /// The account is deleted if it stays unverified for `deleted_after`.
    VerifyEmail { link: String, expires_in: Duration, deleted_after: Option<Duration> }
    in "mail/verify_email.html" "mail/verify_email.txt" => Declared {
        kind: "verify_email",
        rule: Rule::Capped,
        subject: "Verify your email address for {product}",
        preheader: "Press one button to confirm that this address is yours.",
        expires_in: Some(*expires_in),
    };
    ResetPassword { link: String, expires_in: Duration }
    in "mail/reset_password.html" "mail/reset_password.txt" => Declared {
        kind: "reset_password",
        rule: Rule::Capped,
        subject: "Reset your {product} password",
        preheader: "A link to choose a new password. It works once.",
        expires_in: Some(*expires_in),
    };
    PasswordChanged { notice: Notice }
    in "mail/password_changed.html" "mail/password_changed.txt" => Declared {
        kind: "password_changed",
        rule: Rule::Merged,
        subject: "Your {product} password was changed",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    PasswordBreached { notice: Notice }
    in "mail/password_breached.html" "mail/password_breached.txt" => Declared {
        kind: "password_breached",
        rule: Rule::Merged,
        subject: "Your {product} password is known to others: please change it",
        preheader: WHAT_NEXT,
        expires_in: None,
    };
    /// The first second factor was added.
    TwoFactorEnabled { notice: Notice, kind: Kind }
    in "mail/two_factor_enabled.html" "mail/two_factor_enabled.txt" => Declared {
        kind: "two_factor_enabled",
        rule: Rule::Merged,
        subject: "Two-step sign-in was turned on at {product}",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    /// The last second factor was removed.
    TwoFactorDisabled { notice: Notice, kind: Kind }
    in "mail/two_factor_disabled.html" "mail/two_factor_disabled.txt" => Declared {
        kind: "two_factor_disabled",
        rule: Rule::Merged,
        subject: "Two-step sign-in was turned off at {product}",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    /// A further second factor was added.
    FactorAdded { notice: Notice, kind: Kind }
    in "mail/factor_added.html" "mail/factor_added.txt" => Declared {
        kind: "factor_added",
        rule: Rule::Merged,
        subject: match kind {
            Kind::Passkey => "A passkey was added to your {product} account",
            Kind::Totp => "An authenticator app was added to your {product} account",
            Kind::Phone => "A phone number was added to your {product} account",
        },
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    /// A second factor was removed, and others are left.
    FactorRemoved { notice: Notice, kind: Kind }
    in "mail/factor_removed.html" "mail/factor_removed.txt" => Declared {
        kind: "factor_removed",
        rule: Rule::Merged,
        subject: match kind {
            Kind::Passkey => "A passkey was removed from your {product} account",
            Kind::Totp => "The authenticator app was removed from your {product} account",
            Kind::Phone => "The phone number was removed from your {product} account",
        },
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    BackupCodesReplaced { notice: Notice }
    in "mail/backup_codes_replaced.html" "mail/backup_codes_replaced.txt" => Declared {
        kind: "backup_codes_replaced",
        rule: Rule::Merged,
        subject: "Your {product} backup codes were replaced",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    BrowserTrusted { notice: Notice }
    in "mail/browser_trusted.html" "mail/browser_trusted.txt" => Declared {
        kind: "browser_trusted",
        rule: Rule::Merged,
        subject: "New trusted browser on your account",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    DataExported { notice: Notice }
    in "mail/data_exported.html" "mail/data_exported.txt" => Declared {
        kind: "data_exported",
        rule: Rule::Merged,
        subject: "A copy of your {product} data was downloaded",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    /// A sign-in from a browser or a program that the account does not know.
    NewDevice { notice: Notice }
    in "mail/new_device.html" "mail/new_device.txt" => Declared {
        kind: "new_device",
        rule: Rule::Merged,
        subject: "New sign-in to your {product} account",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    /// A used refresh token was used again, and every session was ended.
    SessionsRevokedAfterReplay { notice: Notice }
    in "mail/sessions_revoked_after_replay.html" "mail/sessions_revoked_after_replay.txt" => Declared {
        kind: "sessions_revoked_after_replay",
        rule: Rule::Merged,
        subject: "You were signed out of {product} in every browser",
        preheader: WHAT_NEXT,
        expires_in: None,
    };
    /// A wrong code was entered: after the right password if `password_known`, else after a reset link.
    SecondFactorFailed { notice: Notice, password_known: bool }
    in "mail/second_factor_failed.html" "mail/second_factor_failed.txt" => Declared {
        kind: "second_factor_failed",
        rule: Rule::Merged,
        subject: if *password_known {
            "Someone entered your {product} password and a wrong code"
        } else {
            "Someone used your {product} reset link and a wrong code"
        },
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    /// A passkey was refused at the second step: after the right password if `password_known`, else after a reset link.
    PasskeyRefused { notice: Notice, password_known: bool }
    in "mail/passkey_refused.html" "mail/passkey_refused.txt" => Declared {
        kind: "passkey_refused",
        rule: Rule::Merged,
        subject: if *password_known {
            "Someone entered your {product} password, and a passkey was refused"
        } else {
            "Someone used your {product} reset link, and a passkey was refused"
        },
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    /// The signature counter of a passkey fell back.
    PasskeyCopied { notice: Notice }
    in "mail/passkey_copied.html" "mail/passkey_copied.txt" => Declared {
        kind: "passkey_copied",
        rule: Rule::Merged,
        subject: "A passkey of your {product} account may have been copied",
        preheader: WHAT_NEXT,
        expires_in: None,
    };
    /// The notice is about the last attempt. `password_known`: the right password was entered, and codes were guessed.
    SignInBlocked { notice: Notice, password_known: bool, link: String, expires_in: Duration }
    in "mail/sign_in_blocked.html" "mail/sign_in_blocked.txt" => Declared {
        kind: "sign_in_blocked",
        rule: Rule::Free,
        subject: "Sign-in to your {product} account is blocked",
        preheader: "There were too many failed attempts. Use the link to unlock sign-in.",
        expires_in: Some(*expires_in),
    };
    /// `erased_at` is `Some` if the account was deleted.
    ByAdmin { mail: &'static Mail, notice: Notice, erased_at: Option<DateTime<Utc>> }
    in "mail/by_admin.html" "mail/by_admin.txt" => Declared {
        kind: mail.kind,
        rule: Rule::Free,
        subject: mail.subject,
        preheader: WHAT_NEXT,
        expires_in: None,
    };
    Invitation { link: String, as_admin: bool, expires_in: Duration }
    in "mail/invitation.html" "mail/invitation.txt" => Declared {
        kind: "invitation",
        rule: Rule::Free,
        subject: "You are invited to {product}",
        preheader: "A link to create your account. It works once.",
        expires_in: Some(*expires_in),
    };
    /// The account was imported from a file. Its owner may not know about it.
    Imported { link: String, expires_in: Duration }
    in "mail/imported.html" "mail/imported.txt" => Declared {
        kind: "imported",
        rule: Rule::Free,
        subject: "Your account was brought over to {product}",
        preheader: "Confirm that this address is yours.",
        expires_in: Some(*expires_in),
    };
    /// To the address that a user wants to move to. Where `replaces_account`, an account has that address,
    /// has never proven it, and goes.
    ConfirmEmailChange { link: String, expires_in: Duration, replaces_account: bool }
    in "mail/confirm_email_change.html" "mail/confirm_email_change.txt" => Declared {
        kind: "confirm_email_change",
        rule: Rule::Capped,
        subject: "Confirm your new email address for {product}",
        preheader: "Your account moves to this address when you open the link and confirm.",
        expires_in: Some(*expires_in),
    };
    /// To the address that a user wants to leave. The new one is masked.
    EmailChangeRequested { notice: Notice, new_address: String }
    in "mail/email_change_requested.html" "mail/email_change_requested.txt" => Declared {
        kind: "email_change_requested",
        rule: Rule::Free,
        subject: "A change of your {product} email address was requested",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    /// To both addresses. The new one is masked.
    EmailChanged { notice: Notice, new_address: String, is_old: bool }
    in "mail/email_changed.html" "mail/email_changed.txt" => Declared {
        kind: "email_changed",
        rule: Rule::Free,
        subject: "Your {product} email address was changed",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    /// To the owner of an address that another account wanted to move to.
    EmailChangeToTakenAddress { sign_in_link: String }
    in "mail/email_change_to_taken_address.html" "mail/email_change_to_taken_address.txt" => Declared {
        kind: "email_change_to_taken_address",
        rule: Rule::Capped,
        subject: "Someone tried to use your address for another {product} account",
        preheader: "Nothing has changed. Your address stays with your account.",
        expires_in: None,
    };
    /// The owner deleted the account. Signing in before `erased_at` leads to the page that restores it.
    AccountDeleted { notice: Notice, sign_in_link: String, erased_at: DateTime<Utc> }
    in "mail/account_deleted.html" "mail/account_deleted.txt" => Declared {
        kind: "account_deleted",
        rule: Rule::Free,
        subject: "Your {product} account was deleted",
        preheader: "Sign in before it is erased to keep it.",
        expires_in: None,
    };
    AccountRestored { notice: Notice }
    in "mail/account_restored.html" "mail/account_restored.txt" => Declared {
        kind: "account_restored",
        rule: Rule::Free,
        subject: "Your {product} account was restored",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    /// The link of a security mail was used. To the present address, and to the one that the account left by it.
    ReportedNotMe {
        notice: Notice, restored_address: bool, restored_factor: bool, undeleted: bool,
        frozen_until: Option<DateTime<Utc>>, sign_in_frozen: bool, password_closed: bool, reset_mailed: bool
    }
    in "mail/reported_not_me.html" "mail/reported_not_me.txt" => Declared {
        kind: "reported_not_me",
        rule: Rule::Free,
        subject: "Your {product} account was secured",
        preheader: "Every browser and app was signed out.",
        expires_in: None,
    };
    /// A code of the second factor ended the freeze of the account.
    FreezeLifted { notice: Notice }
    in "mail/freeze_lifted.html" "mail/freeze_lifted.txt" => Declared {
        kind: "freeze_lifted",
        rule: Rule::Merged,
        subject: "Your {product} account is no longer frozen",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    /// Someone entered the password and requested the removal of the second factor.
    RecoveryStarted { notice: Notice, ends_at: DateTime<Utc> }
    in "mail/recovery_started.html" "mail/recovery_started.txt" => Declared {
        kind: "recovery_started",
        rule: Rule::Merged,
        subject: "Someone wants to remove the second factor of your {product} account",
        preheader: "Nothing changes yet. How to cancel it if this wasn’t you.",
        expires_in: None,
    };
    /// Half the delay is over. The notice is about the start.
    RecoveryHalfway { notice: Notice, ends_at: DateTime<Utc> }
    in "mail/recovery_halfway.html" "mail/recovery_halfway.txt" => Declared {
        kind: "recovery_halfway",
        rule: Rule::Free,
        subject: "Reminder: your {product} second factor will be removed on request",
        preheader: "Half the time is over. How to cancel it if this wasn’t you.",
        expires_in: None,
    };
    /// The delay is over. The notice is about the start.
    RecoveryLink { notice: Notice, link: String, expires_in: Duration }
    in "mail/recovery_link.html" "mail/recovery_link.txt" => Declared {
        kind: "recovery_link",
        rule: Rule::Free,
        subject: "Remove the lost second factor of your {product} account",
        preheader: "A link to remove it and choose a new password. It works once.",
        expires_in: Some(*expires_in),
    };
    RecoveryEnded { notice: Notice, by: EndedBy }
    in "mail/recovery_ended.html" "mail/recovery_ended.txt" => Declared {
        kind: "recovery_ended",
        rule: Rule::Merged,
        subject: "Your {product} second factor stays as it is",
        preheader: WHAT_NEXT,
        expires_in: None,
    };
    /// The mailed link removed every second factor and set a new password.
    AccountRecovered { notice: Notice }
    in "mail/account_recovered.html" "mail/account_recovered.txt" => Declared {
        kind: "account_recovered",
        rule: Rule::Free,
        subject: "The second factor of your {product} account was removed",
        preheader: WHAT_IF_NOT_YOU,
        expires_in: None,
    };
    AddressAlreadyRegistered { sign_in_link: String, reset_link: String }
    in "mail/address_already_registered.html" "mail/address_already_registered.txt" => Declared {
        kind: "address_already_registered",
        rule: Rule::Capped,
        subject: "You already have a {product} account",
        preheader: "Someone tried to create one with this address.",
        expires_in: None,
    };
}

/// Prints only the kind of the message, because its links work like passwords.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({})", self.kind())
    }
}

#[cfg(test)]
mod tests;

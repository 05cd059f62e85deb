//! Every message that Vestibule can send, and its rendering. The words stand in `templates/mail`,
//! two files a message; the subjects stand here.

mod admin_act;
mod rule;

use std::net::IpAddr;

use askama::Template;
use chrono::{DateTime, Duration, Utc};

use super::RenderedMail;
use super::phrase::filters;
use crate::domain::text::one_line;

pub use admin_act::AdminAct;
pub use rule::Rule;

/// A mail to one person about their own account. Links are absolute URLs built from `BASE_URL`;
/// `at` is when it happened, `ip` and `browser` are the client's, where known. `browser` is a name
/// such as `Firefox on Linux`; as it comes from the client, it is cut short and escaped.
#[derive(Clone, PartialEq, Eq)]
pub enum Message {
    /// Asks whether the address is its owner's: after registration, and on request.
    VerifyEmail {
        /// The page that verifies.
        link: String,
        /// How long the link works.
        expires_in: Duration,
        /// How long the account lives unverified, where that is not for ever.
        deleted_after: Option<Duration>,
    },
    /// Answers "forgot password".
    ResetPassword {
        /// The page that takes a new password.
        link: String,
        /// How long the link works.
        expires_in: Duration,
    },
    /// The password was changed or reset.
    PasswordChanged {
        at: DateTime<Utc>,
        ip: Option<IpAddr>,
        browser: Option<String>,
    },
    /// The password is in a published breach, and must be changed.
    PasswordBreached {
        at: DateTime<Utc>,
        ip: Option<IpAddr>,
        browser: Option<String>,
    },
    /// A second factor was enrolled.
    TwoFactorEnabled {
        at: DateTime<Utc>,
        ip: Option<IpAddr>,
        browser: Option<String>,
    },
    /// The second factor was removed.
    TwoFactorDisabled {
        at: DateTime<Utc>,
        ip: Option<IpAddr>,
        browser: Option<String>,
    },
    /// A fresh set of backup codes was made.
    BackupCodesReplaced {
        at: DateTime<Utc>,
        ip: Option<IpAddr>,
        browser: Option<String>,
    },
    /// A browser is asked for no code from now on.
    BrowserTrusted {
        at: DateTime<Utc>,
        ip: Option<IpAddr>,
        browser: Option<String>,
    },
    /// A used refresh token came back, and every session was ended.
    SessionsRevokedAfterReplay {
        at: DateTime<Utc>,
        ip: Option<IpAddr>,
        browser: Option<String>,
    },
    /// The right password, or a reset link, was followed by a code that was not right.
    SecondFactorFailed {
        /// When.
        at: DateTime<Utc>,
        /// From where.
        ip: Option<IpAddr>,
        /// With what.
        browser: Option<String>,
        /// Whether it was the password.
        password_known: bool,
    },
    /// So many guesses at the password or the codes that nobody gets in from an unknown browser. The
    /// time and the client are those of the latest try.
    SignInBlocked {
        /// When.
        at: DateTime<Utc>,
        /// From where.
        ip: Option<IpAddr>,
        /// With what.
        browser: Option<String>,
        /// Whether codes were guessed, after the right password.
        password_known: bool,
        /// The page that unlocks.
        link: String,
        /// How long the link works.
        expires_in: Duration,
    },
    /// An admin did something to the account.
    ByAdmin {
        /// What.
        act: AdminAct,
        /// When it happened.
        at: DateTime<Utc>,
    },
    /// An admin invites somebody who has no account.
    Invitation {
        /// The page that makes the account.
        link: String,
        /// Whether the account will manage all others.
        as_admin: bool,
        /// How long the link works.
        expires_in: Duration,
    },
    /// A file of another system brought the account. Its owner need not know.
    Imported {
        /// The page that verifies.
        link: String,
        /// How long the link works.
        expires_in: Duration,
    },
    /// Somebody tried to register an address that has an account.
    AddressAlreadyRegistered {
        /// The sign-in page.
        sign_in_link: String,
        /// The forgot-password page.
        reset_link: String,
    },
}

/// What every mail of this site has in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailContext {
    /// The product's name as people know it.
    pub product: String,
    /// The host of `BASE_URL`, with its port where that is not the default one.
    pub site: String,
    /// The forgot-password page, absolute.
    pub forgot_password_link: String,
}

#[derive(Template)]
#[template(path = "mail/mail.html")]
struct Html<'a> {
    message: &'a Message,
    ctx: &'a MailContext,
    subject: &'a str,
    preheader: &'a str,
    times: i32,
}

#[derive(Template)]
#[template(path = "mail/mail.txt")]
struct Text<'a> {
    message: &'a Message,
    ctx: &'a MailContext,
    times: i32,
}

impl Message {
    /// The message's name in the outbox and in logs, in snake case. It never changes once released.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify_email",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged { .. } => "password_changed",
            Self::PasswordBreached { .. } => "password_breached",
            Self::TwoFactorEnabled { .. } => "two_factor_enabled",
            Self::TwoFactorDisabled { .. } => "two_factor_disabled",
            Self::BackupCodesReplaced { .. } => "backup_codes_replaced",
            Self::BrowserTrusted { .. } => "browser_trusted",
            Self::SessionsRevokedAfterReplay { .. } => "sessions_revoked_after_replay",
            Self::SecondFactorFailed { .. } => "second_factor_failed",
            Self::SignInBlocked { .. } => "sign_in_blocked",
            Self::ByAdmin { act, .. } => act.kind(),
            Self::Invitation { .. } => "invitation",
            Self::Imported { .. } => "imported",
            Self::AddressAlreadyRegistered { .. } => "address_already_registered",
        }
    }

    /// How long the message is of use: the life of its link. `None` where it never goes stale.
    pub const fn expires_in(&self) -> Option<Duration> {
        match self {
            Self::VerifyEmail { expires_in, .. }
            | Self::ResetPassword { expires_in, .. }
            | Self::SignInBlocked { expires_in, .. }
            | Self::Imported { expires_in, .. }
            | Self::Invitation { expires_in, .. } => Some(*expires_in),
            _ => None,
        }
    }

    /// The mail to `to`, a bare address, which is checked when the mail is sent.
    pub fn render(&self, to: &str, ctx: &MailContext) -> Result<RenderedMail, askama::Error> {
        self.render_merged(to, ctx, 1)
    }

    /// The mail to `to` that tells of the last of so many events of its kind, and of their number.
    pub fn render_merged(
        &self,
        to: &str,
        ctx: &MailContext,
        times: i32,
    ) -> Result<RenderedMail, askama::Error> {
        let subject = one_line(&self.subject(&ctx.product));
        let text = Text {
            message: self,
            ctx,
            times,
        }
        .render()?;
        let html = Html {
            message: self,
            ctx,
            subject: &subject,
            preheader: self.preheader(),
            times,
        }
        .render()?;
        Ok(RenderedMail {
            to: to.to_owned(),
            subject,
            text,
            html,
            id: None,
        })
    }

    fn subject(&self, product: &str) -> String {
        match self {
            Self::VerifyEmail { .. } => format!("Verify your email address for {product}"),
            Self::ResetPassword { .. } => format!("Reset your {product} password"),
            Self::PasswordChanged { .. } => format!("Your {product} password was changed"),
            Self::PasswordBreached { .. } => {
                format!("Your {product} password is known to others: please change it")
            }
            Self::TwoFactorEnabled { .. } => {
                format!("Two-step sign-in was turned on at {product}")
            }
            Self::TwoFactorDisabled { .. } => {
                format!("Two-step sign-in was turned off at {product}")
            }
            Self::BackupCodesReplaced { .. } => {
                format!("Your {product} backup codes were replaced")
            }
            Self::BrowserTrusted { .. } => {
                format!("New trusted browser on your account")
            }
            Self::SessionsRevokedAfterReplay { .. } => {
                format!("You were signed out of {product} in every browser")
            }
            Self::SecondFactorFailed { password_known, .. } if *password_known => {
                format!("Someone entered your {product} password and a wrong code")
            }
            Self::SecondFactorFailed { .. } => {
                format!("Someone used your {product} reset link and a wrong code")
            }
            Self::SignInBlocked { .. } => {
                format!("Sign-in to your {product} account is blocked")
            }
            Self::ByAdmin { act, .. } => act.subject(product),
            Self::Invitation { .. } => format!("You are invited to {product}"),
            Self::Imported { .. } => format!("Your account was brought over to {product}"),
            Self::AddressAlreadyRegistered { .. } => {
                format!("You already have a {product} account")
            }
        }
    }

    /// The words that mail programs show beside the subject.
    const fn preheader(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "Press one button to confirm that this address is yours.",
            Self::ResetPassword { .. } => "A link to choose a new password. It works once.",
            Self::PasswordChanged { .. }
            | Self::TwoFactorEnabled { .. }
            | Self::TwoFactorDisabled { .. }
            | Self::BackupCodesReplaced { .. }
            | Self::BrowserTrusted { .. }
            | Self::SecondFactorFailed { .. } => {
                "When, from where, and what to do if this wasn’t you."
            }
            Self::PasswordBreached { .. }
            | Self::SessionsRevokedAfterReplay { .. }
            | Self::ByAdmin { .. } => "What happened, and what to do next.",
            Self::SignInBlocked { .. } => {
                "There were too many failed attempts. Use the link to unlock sign-in."
            }
            Self::Invitation { .. } => "A link to create your account. It works once.",
            Self::Imported { .. } => "Confirm that this address is yours.",
            Self::AddressAlreadyRegistered { .. } => {
                "Someone tried to create one with this address."
            }
        }
    }
}

/// Names the message alone: links in it are as good as passwords.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({})", self.kind())
    }
}

#[cfg(test)]
mod tests;

//! A sample of every mail, from fixed data. All tests of mails read them, and `docs/mails` shows them.

use std::sync::Arc;

use chrono::{DateTime, Duration, TimeZone, Utc};

use super::super::{MailContext, Message, Notice, Row};
use crate::domain::{
    admin::ACTS,
    authenticators::factors::Kind,
    authenticators::recovery::EndedBy,
    branding::{Accent, Branding, SiteLink, SiteName},
};

pub(super) const FORGOT_PASSWORD: &str = "https://auth.example.com/forgot-password";

const SIGN_IN: &str = "https://auth.example.com/login";
const NEW_ADDRESS: &str = "g***@example.org";

/// As long as the tokens that are sent. Its claims say that it is a sample, and no key has signed it.
const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjVhNmQzYjFjIn0.\
    eyJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZS5jb20iLCJzdWIiOiIwMThmM2E1Yy03ZDFlLTdiNDItOWM2MC0yZTVkOGY3YTFiMzQi\
    LCJqdGkiOiJzYW1wbGUiLCJpYXQiOjE3NzMwNDM1NTksImlhdF9tcyI6MTc3MzA0MzU1OTAwMCwiZXhwIjoxNzczMTI5OTU5LCJwdXJw\
    b3NlIjoic2FtcGxlIiwicmV2IjowfQ.bm90IGEgc2lnbmF0dXJlLCBhcyB0aGlzIGlzIGEgc2E";

/// As long as the secrets of links that are no tokens.
const SECRET: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

/// A mail with sample data.
pub(super) struct Sample {
    /// The name of its files in `docs/mails`: its kind, and what sets it apart from other samples of the kind.
    pub(super) name: String,
    /// What happened when it is sent.
    pub(super) when: String,
    pub(super) message: Message,
}

impl Sample {
    fn of(when: &str, message: Message) -> Self {
        Self {
            name: message.kind().to_owned(),
            when: when.to_owned(),
            message,
        }
    }

    /// A further sample of its kind, with other words.
    fn variant(self, apart: &str) -> Self {
        Self {
            name: format!("{}_{apart}", self.name),
            ..self
        }
    }
}

/// A service with this name and with links.
pub(super) fn branded(name: &str) -> Arc<Branding> {
    Arc::new(Branding {
        name: SiteName::parse(name).unwrap(),
        support: Some(SiteLink::new("mailto:help@example.org".to_owned())),
        accent: Accent::parse("#0b5394,#9fc5e8").ok(),
        logo: None,
        privacy: Some(SiteLink::new(
            "https://example.org/privacy?a=1&b=2".to_owned(),
        )),
    })
}

pub(super) fn context() -> MailContext {
    MailContext {
        branding: Arc::default(),
        site: "auth.example.com".to_owned(),
        forgot_password_link: FORGOT_PASSWORD.to_owned(),
    }
}

pub(super) fn notice(browser: Option<&str>) -> Notice {
    Notice {
        at: at(),
        ip: Some("203.0.113.7".parse().unwrap()),
        browser: browser.map(str::to_owned),
        not_me_link: Some(link("/not-me")),
    }
}

/// When everything happened.
pub(super) fn at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 9, 8, 5, 59).unwrap()
}

/// A mailed link to this page.
pub(super) fn link(path: &str) -> String {
    format!("https://auth.example.com{path}?token={TOKEN}")
}

/// Every sample, of what happened in a browser of this name.
pub(super) fn all(browser: &str) -> Vec<Sample> {
    let notice = || notice(Some(browser));
    let samples = Row::ALL.iter().map(|row| (row, of(*row, notice)));
    samples
        .flat_map(|(row, samples)| {
            let is_of_row = |sample: &Sample| Row::of(&sample.message) == *row;
            assert!(
                !samples.is_empty() && samples.iter().all(is_of_row),
                "{row:?}"
            );
            samples
        })
        .collect()
}

/// The samples of a row. A mail without one does not compile.
#[allow(clippy::too_many_lines, reason = "a table")]
fn of(row: Row, notice: impl Fn() -> Notice) -> Vec<Sample> {
    let (day, week) = (Duration::hours(24), Duration::days(7));
    match row {
        Row::VerifyEmail => {
            let mail = |deleted_after| Message::VerifyEmail {
                link: link("/verify-email"),
                expires_in: day,
                deleted_after,
            };
            vec![
                Sample::of("someone registers with the address", mail(Some(week))),
                Sample::of("the same, where unverified accounts are kept", mail(None))
                    .variant("kept"),
            ]
        }
        Row::ResetPassword => {
            let (link, expires_in) = (link("/reset-password"), Duration::minutes(30));
            let mail = Message::ResetPassword { link, expires_in };
            vec![Sample::of(
                "someone asks for a reset link, or an admin sends one",
                mail,
            )]
        }
        Row::PasswordChanged => {
            let mail = Message::PasswordChanged { notice: notice() };
            vec![Sample::of("the password is changed, or reset", mail)]
        }
        Row::PasswordBreached => {
            let mail = Message::PasswordBreached { notice: notice() };
            vec![Sample::of(
                "someone signs in with a password that is in a list of stolen ones",
                mail,
            )]
        }
        Row::TwoFactorEnabled => {
            let mail = |kind| Message::TwoFactorEnabled {
                notice: notice(),
                kind,
            };
            vec![
                Sample::of("two-step sign-in is turned on", mail(Kind::Totp)),
                Sample::of("the same, by a passkey", mail(Kind::Passkey)).variant("by_passkey"),
                Sample::of("the same, by a phone number", mail(Kind::Phone)).variant("by_phone"),
            ]
        }
        Row::TwoFactorDisabled => {
            let mail = Message::TwoFactorDisabled {
                notice: notice(),
                kind: Kind::Totp,
            };
            vec![Sample::of("two-step sign-in is turned off", mail)]
        }
        Row::FactorAdded => {
            let mail = |kind| Message::FactorAdded {
                notice: notice(),
                kind,
            };
            vec![
                Sample::of("a further second factor is added", mail(Kind::Passkey)),
                Sample::of("the same, with an authenticator app", mail(Kind::Totp)).variant("app"),
                Sample::of("the same, with a phone number", mail(Kind::Phone)).variant("phone"),
            ]
        }
        Row::FactorRemoved => {
            let mail = |kind| Message::FactorRemoved {
                notice: notice(),
                kind,
            };
            vec![
                Sample::of(
                    "a second factor is removed, and others are left",
                    mail(Kind::Passkey),
                ),
                Sample::of("the same, with an authenticator app", mail(Kind::Totp)).variant("app"),
                Sample::of("the same, with a phone number", mail(Kind::Phone)).variant("phone"),
            ]
        }
        Row::BackupCodesReplaced => {
            let mail = Message::BackupCodesReplaced { notice: notice() };
            vec![Sample::of("a fresh set of backup codes is made", mail)]
        }
        Row::BrowserTrusted => {
            let mail = Message::BrowserTrusted { notice: notice() };
            vec![Sample::of("a browser is trusted at the second step", mail)]
        }
        Row::DataExported => {
            let mail = Message::DataExported { notice: notice() };
            vec![Sample::of(
                "a copy of the account's data is downloaded",
                mail,
            )]
        }
        Row::NewDevice => {
            let mail = Message::NewDevice { notice: notice() };
            vec![Sample::of(
                "someone signs in with a browser or program that the account does not know",
                mail,
            )]
        }
        Row::SessionsRevokedAfterReplay => {
            let mail = Message::SessionsRevokedAfterReplay { notice: notice() };
            vec![Sample::of("a used refresh token is presented again", mail)]
        }
        Row::SecondFactorFailed => {
            let mail = |password_known| {
                let notice = notice();
                Message::SecondFactorFailed {
                    notice,
                    password_known,
                }
            };
            vec![
                Sample::of("a wrong code follows the right password", mail(true)),
                Sample::of("a wrong code follows a reset link", mail(false)).variant("after_reset"),
            ]
        }
        Row::PasskeyRefused => {
            let mail = |password_known| Message::PasskeyRefused {
                notice: notice(),
                password_known,
            };
            vec![
                Sample::of(
                    "a passkey is refused at the second step, after the right password",
                    mail(true),
                ),
                Sample::of("the same, after a reset link", mail(false)).variant("after_reset"),
            ]
        }
        Row::PasskeyCopied => {
            let mail = Message::PasskeyCopied { notice: notice() };
            vec![Sample::of(
                "the signature counter of a passkey falls back",
                mail,
            )]
        }
        Row::SignInBlocked => {
            let mail = |password_known| Message::SignInBlocked {
                notice: notice(),
                password_known,
                link: link("/unlock"),
                expires_in: day,
            };
            vec![
                Sample::of("a hundred passwords in a row are wrong", mail(false)),
                Sample::of("a hundred codes in a row are wrong", mail(true)).variant("codes"),
            ]
        }
        Row::ByAdmin => by_admin(),
        Row::Invitation => {
            let mail = |as_admin| Message::Invitation {
                link: format!("https://auth.example.com/invitation?token={SECRET}"),
                as_admin,
                expires_in: week,
            };
            vec![
                Sample::of("an admin invites the address as a user", mail(false)),
                Sample::of(
                    "an admin invites the address as an administrator",
                    mail(true),
                )
                .variant("as_admin"),
            ]
        }
        Row::Imported => {
            let (link, expires_in) = (link("/verify-email"), day);
            let mail = Message::Imported { link, expires_in };
            vec![Sample::of(
                "an account with the address is imported from a file",
                mail,
            )]
        }
        Row::ConfirmEmailChange => {
            let mail = |replaces_account| Message::ConfirmEmailChange {
                link: link("/confirm-email"),
                expires_in: day,
                replaces_account,
            };
            vec![
                Sample::of(
                    "a user asks to move the account to this address",
                    mail(false),
                ),
                Sample::of(
                    "the same, if an unverified account has the address",
                    mail(true),
                )
                .variant("replacing"),
            ]
        }
        Row::EmailChangeRequested => {
            let (notice, new_address) = (notice(), NEW_ADDRESS.to_owned());
            let mail = Message::EmailChangeRequested {
                notice,
                new_address,
            };
            vec![Sample::of(
                "a user asks to move the account from this address",
                mail,
            )]
        }
        Row::EmailChanged => {
            let mail = |is_old| Message::EmailChanged {
                notice: notice(),
                new_address: NEW_ADDRESS.to_owned(),
                is_old,
            };
            vec![
                Sample::of("the account has moved to this address", mail(false)),
                Sample::of("the account has moved from this address", mail(true)).variant("old"),
            ]
        }
        Row::EmailChangeToTakenAddress => {
            let sign_in_link = SIGN_IN.to_owned();
            let mail = Message::EmailChangeToTakenAddress { sign_in_link };
            vec![Sample::of(
                "a user asks to move to an address that has an account",
                mail,
            )]
        }
        Row::AccountDeleted => {
            let mail = Message::AccountDeleted {
                notice: notice(),
                sign_in_link: SIGN_IN.to_owned(),
                erased_at: at() + Duration::days(30),
            };
            vec![Sample::of("the owner deletes the account", mail)]
        }
        Row::AccountRestored => {
            let mail = Message::AccountRestored { notice: notice() };
            vec![Sample::of("the owner restores the account", mail)]
        }
        Row::ReportedNotMe => reported_not_me(&notice),
        Row::FreezeLifted => {
            let mail = Message::FreezeLifted { notice: notice() };
            vec![Sample::of(
                "a code of the second factor ends the freeze",
                mail,
            )]
        }
        Row::RecoveryStarted => {
            let (notice, ends_at) = (notice(), at() + day * 3);
            let mail = Message::RecoveryStarted { notice, ends_at };
            vec![Sample::of(
                "the removal of a lost second factor is requested",
                mail,
            )]
        }
        Row::RecoveryHalfway => {
            let (notice, ends_at) = (notice(), at() + day * 3);
            let mail = Message::RecoveryHalfway { notice, ends_at };
            vec![Sample::of("half the time until the removal is over", mail)]
        }
        Row::RecoveryLink => {
            let mail = Message::RecoveryLink {
                notice: notice(),
                link: format!("https://auth.example.com/recover?token={SECRET}"),
                expires_in: day,
            };
            vec![Sample::of("the second factor can be removed", mail)]
        }
        Row::RecoveryEnded => recovery_ended(&notice),
        Row::AccountRecovered => {
            let mail = Message::AccountRecovered { notice: notice() };
            vec![Sample::of("the second factor was removed", mail)]
        }
        Row::AddressAlreadyRegistered => {
            let mail = Message::AddressAlreadyRegistered {
                sign_in_link: SIGN_IN.to_owned(),
                reset_link: FORGOT_PASSWORD.to_owned(),
            };
            vec![Sample::of(
                "someone registers with an address that has an account",
                mail,
            )]
        }
    }
}

fn recovery_ended(notice: impl Fn() -> Notice) -> Vec<Sample> {
    let mail = |by| {
        let notice = notice();
        Message::RecoveryEnded { notice, by }
    };
    let unseen = |by| {
        let notice = Notice {
            ip: None,
            browser: None,
            ..notice()
        };
        Message::RecoveryEnded { notice, by }
    };
    vec![
        Sample::of(
            "the removal is cancelled in a session",
            mail(EndedBy::Owner),
        ),
        Sample::of(
            "the account changed in the meantime",
            unseen(EndedBy::Change),
        )
        .variant("change"),
        Sample::of("the link was not used in time", unseen(EndedBy::Expiry)).variant("expiry"),
    ]
}

fn reported_not_me(notice: impl Fn() -> Notice) -> Vec<Sample> {
    let mail = |restored: bool, frozen: bool, sign_in_frozen| Message::ReportedNotMe {
        notice: Notice {
            not_me_link: None,
            ..notice()
        },
        restored_address: restored,
        restored_factor: restored,
        undeleted: restored,
        frozen_until: frozen.then(|| at() + Duration::hours(72)),
        sign_in_frozen,
        password_closed: !sign_in_frozen,
        reset_mailed: frozen && !sign_in_frozen,
    };
    vec![
        Sample::of(
            "the link of a security mail is used without a proof",
            mail(false, true, false),
        ),
        Sample::of(
            "the same, and the account has the address of someone else",
            mail(false, true, true),
        )
        .variant("sign_in_frozen"),
        Sample::of(
            "the link is used with the full proof, after an earlier freeze",
            mail(true, false, false),
        )
        .variant("restored"),
    ]
}

/// One of each act that mails the owner.
fn by_admin() -> Vec<Sample> {
    let mails = ACTS
        .iter()
        .filter_map(|act| Some((act, act.mail.as_ref()?)));
    mails
        .map(|(act, mail)| {
            let erased_at = (act.name() == "delete").then(|| at() + Duration::days(30));
            let notice = Notice {
                ip: None,
                ..notice(None)
            };
            let message = Message::ByAdmin {
                mail,
                notice,
                erased_at,
            };
            let when = format!("an admin or the operator acts: “{}”", act.title);
            Sample::of(&when, message)
        })
        .collect()
}

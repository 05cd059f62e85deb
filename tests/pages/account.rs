//! The account of a signed-in person.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use vestibule::internals::domain::accounts::display_name::DisplayNameError;
use vestibule::internals::domain::accounts::undo::Freeze;
use vestibule::internals::domain::password::PasswordRefusal;
use vestibule::internals::web::copy;
use vestibule::internals::web::pages::{
    AccountPage, ActivityItem, ActivityPage, BackupCodesPage, BackupCodesReason, ChangeEmailPage,
    ChangePasswordPage, ConfirmEmailPage, ConfirmLinkInvalidPage, ConfirmedPage, DeletePage,
    DeviceItem, ExportPage, NotMeLink, NotMeLinkInvalidPage, NotMePage, PendingChange, ProfilePage,
    ReauthenticatePage, RestorePage, SecondFactorState, SessionsPage, Takes, TwoFactorAct,
    TwoFactorActPage, TwoFactorPage, TwoFactorState,
};
use vestibule::internals::web::view::{FieldErrors, Flash, RecoveryNotice, Shell, qr};

use crate::sample::{
    EMAIL, HOSTILE, NAME, Rendered, anonymous, fine, html, passkey, seconds_ago, signed_in,
    with_flash, wrong,
};

fn activity() -> Vec<ActivityItem> {
    [
        (
            "You signed in with your password and a code.",
            "Firefox on Linux",
            "203.0.113.7",
            60,
        ),
        (
            "Your password was changed.",
            "an unknown app",
            "2001:db8:85a3:8d3:1319:8a2e:370:7348",
            86_400,
        ),
        (
            "An administrator reset your second factor.",
            "",
            "",
            900_000,
        ),
    ]
    .map(|(sentence, device, address, seconds)| ActivityItem {
        sentence: sentence.to_owned(),
        device: device.to_owned(),
        address: address.to_owned(),
        at: seconds_ago(seconds),
    })
    .into()
}

/// A settled account: verified, with a history.
fn account(name: &str, second_factor: SecondFactorState) -> AccountPage {
    AccountPage {
        shell: signed_in(name),
        email: EMAIL.to_owned(),
        display_name: Some(name.to_owned()),
        email_verified: true,
        new_email: String::new(),
        deleted_at: None,
        frozen_until: None,
        imported: false,
        created_at: seconds_ago(9_000_000),
        password_changed_at: Some(seconds_ago(86_400)),
        second_factor,
        passkey: Some(true),
        sessions: 3,
        activity: activity(),
    }
}

/// An account whose second factor is to be removed.
fn recovery(link_expires_at: Option<DateTime<Utc>>) -> AccountPage {
    let enrolled = SecondFactorState::On {
        since: seconds_ago(900_000),
        codes_left: 9,
    };
    let waiting = RecoveryNotice {
        started_at: seconds_ago(86_400),
        device: HOSTILE.to_owned(),
        address: "203.0.113.7".to_owned(),
        ends_at: seconds_ago(-172_800),
        link_expires_at,
    };
    AccountPage {
        shell: Shell {
            recovery: Some(waiting),
            ..signed_in(NAME)
        },
        ..account(NAME, enrolled)
    }
}

fn fresh_account() -> AccountPage {
    AccountPage {
        shell: with_flash(signed_in(EMAIL), Flash::info(copy::REGISTERED)),
        display_name: None,
        email_verified: false,
        deleted_at: Some(seconds_ago(-600_000)),
        password_changed_at: None,
        sessions: 1,
        activity: Vec::new(),
        ..account(EMAIL, SecondFactorState::Off)
    }
}

fn frozen_account() -> AccountPage {
    AccountPage {
        frozen_until: Some(seconds_ago(-259_200)),
        ..account(NAME, enrolled(8))
    }
}

fn not_me(used: bool, errors: FieldErrors) -> String {
    html(&NotMePage {
        shell: anonymous(),
        token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.abc_DEF-123".to_owned(),
        link: NotMeLink {
            recipient: EMAIL.to_owned(),
            subject: "Your Vestibule email address was changed".to_owned(),
            happened_at: seconds_ago(600),
            browser: Some(HOSTILE.to_owned()),
            ip: "203.0.113.7".parse().ok(),
            address: Some(EMAIL.to_owned()),
            factor: used,
            takes_code: used,
            is_used: used,
            frozen_until: used.then(|| seconds_ago(-259_200)),
            closes_password: !used,
            freeze: if used {
                Freeze::Keep
            } else {
                Freeze::ChangesAndSignIn
            },
        },
        errors,
    })
}

fn changed_account() -> AccountPage {
    let flash = Flash::success(copy::PASSWORD_CHANGED);
    AccountPage {
        shell: with_flash(signed_in(NAME), flash),
        new_email: "grace.hopper@example.org".to_owned(),
        ..account(NAME, enrolled(8))
    }
}

fn enrolled(codes_left: usize) -> SecondFactorState {
    SecondFactorState::On {
        since: seconds_ago(900_000),
        codes_left,
    }
}

fn profile(display_name: &str, errors: FieldErrors) -> String {
    html(&ProfilePage {
        shell: signed_in(NAME),
        display_name: display_name.to_owned(),
        errors,
    })
}

fn activity_page(items: Vec<ActivityItem>, older: &str, goes_on: bool) -> String {
    html(&ActivityPage {
        shell: signed_in(NAME),
        items,
        older: older.to_owned(),
        goes_on,
        errors: fine(),
    })
}

fn export(prove_as: &str, errors: FieldErrors) -> String {
    html(&ExportPage {
        shell: signed_in(NAME),
        prove_as: prove_as.to_owned(),
        errors,
    })
}

fn change_password(must_change: bool, errors: FieldErrors) -> String {
    html(&ChangePasswordPage {
        shell: signed_in(NAME),
        email: EMAIL.to_owned(),
        must_change,
        next: String::new(),
        password_min_length: 15,
        errors,
    })
}

fn two_factor(
    state: TwoFactorState,
    others: &str,
    codes_left: Option<usize>,
    errors: FieldErrors,
) -> String {
    html(&TwoFactorPage {
        shell: signed_in(NAME),
        email: EMAIL.to_owned(),
        state,
        others: others.to_owned(),
        codes_left,
        passkeys: Some(2),
        phones: true,
        errors,
    })
}

fn two_factor_act(act: TwoFactorAct) -> String {
    let others = match act {
        TwoFactorAct::RemoveApp => "passkey or phone number",
        TwoFactorAct::Disable | TwoFactorAct::ReplaceBackupCodes => "",
    };
    html(&TwoFactorActPage {
        shell: signed_in(NAME),
        act,
        codes_left: 7,
        others: others.to_owned(),
    })
}

fn off(email_verified: bool) -> String {
    two_factor(TwoFactorState::Off { email_verified }, "", None, fine())
}

pub(crate) fn pending(errors: FieldErrors) -> String {
    let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned();
    let otpauth_uri = format!("otpauth://totp/Vestibule:{EMAIL}?secret={secret}&issuer=Vestibule");
    let qr_svg = qr::svg(&otpauth_uri).unwrap();
    two_factor(
        TwoFactorState::Pending {
            qr_svg,
            secret,
            otpauth_uri,
        },
        "",
        None,
        errors,
    )
}

fn on(others: &str, codes_left: usize, errors: FieldErrors) -> String {
    let since = seconds_ago(900_000);
    two_factor(
        TwoFactorState::On { since },
        others,
        Some(codes_left),
        errors,
    )
}

pub(crate) fn backup_codes(reason: BackupCodesReason) -> String {
    let codes = (0..10)
        .map(|n| format!("7K{n}M-9QXD-2VHT-R8W{n}"))
        .collect();
    html(&BackupCodesPage {
        site: "https://auth.example.com".to_owned(),
        made_at: seconds_ago(0),
        shell: signed_in(NAME),
        email: EMAIL.to_owned(),
        codes,
        reason,
    })
}

fn session(n: u128, device: &str, address: &str, seconds: i64) -> DeviceItem {
    DeviceItem {
        id: Uuid::from_u128(n),
        device: device.to_owned(),
        address: address.to_owned(),
        times: [
            ("Last seen", seconds_ago(seconds)),
            ("Signed in", seconds_ago(seconds + 400_000)),
        ],
        is_this: n == 1,
    }
}

fn trusted(n: u128, device: &str, address: &str) -> DeviceItem {
    DeviceItem {
        id: Uuid::from_u128(n),
        device: device.to_owned(),
        address: address.to_owned(),
        times: [
            ("Last used", seconds_ago(4_000)),
            ("Trusted until", seconds_ago(-2_000_000)),
        ],
        is_this: n == 1,
    }
}

fn sessions(shell: Shell, others: &[DeviceItem], trusted: Vec<DeviceItem>) -> String {
    let this = session(1, "Firefox on Linux", "203.0.113.7", 20);
    let sessions = [vec![this], others.to_vec()].concat();
    html(&SessionsPage {
        shell,
        goes_on: false,
        next: match others.len() {
            0 => String::new(),
            _ => "/account/sessions?cursor=abc".to_owned(),
        },
        sessions,
        trusted,
        errors: fine(),
    })
}

fn other_sessions() -> Vec<DeviceItem> {
    vec![
        session(
            2,
            "Safari on iOS",
            "2001:db8:85a3:8d3:1319:8a2e:370:7348",
            900,
        ),
        session(
            3,
            "Samsung Internet on Windows Phone",
            "198.51.100.23",
            90_000,
        ),
        session(4, "An unknown app", "", 200_000),
    ]
}

fn reauthenticate(purpose: &'static str, takes: Takes, errors: FieldErrors) -> String {
    reauthenticate_by(true, purpose, takes, errors)
}

/// Of a user with or without six digits.
fn reauthenticate_by(
    digits: bool,
    purpose: &'static str,
    takes: Takes,
    errors: FieldErrors,
) -> String {
    html(&ReauthenticatePage {
        shell: signed_in(NAME),
        email: EMAIL.to_owned(),
        purpose,
        next: "/account/two-factor/disable".to_owned(),
        back: "/account/two-factor".to_owned(),
        takes,
        app: digits,
        phone: digits,
        passkey: (takes != Takes::Password).then(passkey),
        errors,
    })
}

/// The device that asked for a change of address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Here,
    Elsewhere,
}

fn change_email(name: &str, waits: Option<Asked>, errors: FieldErrors) -> String {
    html(&ChangeEmailPage {
        shell: signed_in(name),
        email: EMAIL.to_owned(),
        pending: waits.map(|_| PendingChange {
            new_email: "grace.hopper@example.org".to_owned(),
            device: waits.map(|_| "Firefox on Linux".to_owned()),
            requested_at: seconds_ago(600),
            expires_at: seconds_ago(-85_800),
        }),
        asked_here: waits == Some(Asked::Here),
        new_email: if waits.is_some() {
            String::new()
        } else {
            name.to_owned()
        },
        errors,
    })
}

fn confirm_email(email: &str, errors: FieldErrors) -> String {
    html(&ConfirmEmailPage {
        shell: signed_in(NAME),
        token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.abc_DEF-123".to_owned(),
        email: email.to_owned(),
        new_email: "grace.hopper@example.org".to_owned(),
        errors,
    })
}

fn delete(asks_password: bool, errors: FieldErrors) -> String {
    html(&DeletePage {
        shell: signed_in(NAME),
        email: EMAIL.to_owned(),
        grace_days: 30,
        asks_password,
        confirm_email: if errors.is_empty() {
            String::new()
        } else {
            HOSTILE.to_owned()
        },
        errors,
    })
}

fn confirmed() -> String {
    html(&ConfirmedPage {
        shell: signed_in(NAME),
        action: "/account/two-factor/disable".to_owned(),
        fields: vec![("reason".to_owned(), HOSTILE.to_owned())],
        button: "Turn off two-step sign-in",
        page: "/account/two-factor",
    })
}

/// The pages that ask who it is.
pub(crate) fn proof_pages() -> Vec<Rendered> {
    let turning_off = "to turn off two-step sign-in";
    vec![
        (
            "reauthenticate-code-only",
            reauthenticate("to change your address", Takes::Code, fine()),
        ),
        (
            "reauthenticate",
            reauthenticate("", Takes::Password, fine()),
        ),
        (
            "reauthenticate-passkey",
            reauthenticate_by(false, "", Takes::PasswordOrCode, fine()),
        ),
        (
            "reauthenticate-passkey-only",
            reauthenticate_by(false, "to change your address", Takes::Code, fine()),
        ),
        (
            "reauthenticate-code",
            reauthenticate(turning_off, Takes::PasswordOrCode, fine()),
        ),
        (
            "reauthenticate-wrong-password",
            reauthenticate(
                turning_off,
                Takes::Password,
                wrong("password", copy::WRONG_PASSWORD),
            ),
        ),
        (
            "reauthenticate-wrong-code",
            reauthenticate(
                turning_off,
                Takes::PasswordOrCode,
                wrong("code", copy::CODE_NOT_RIGHT),
            ),
        ),
        (
            "reauthenticate-wrong-backup-code",
            reauthenticate(
                turning_off,
                Takes::Code,
                wrong("backup-code", copy::BACKUP_CODE_NOT_RIGHT),
            ),
        ),
    ]
}

/// The pages of another address, and of the end of the account.
pub(crate) fn life_pages() -> Vec<Rendered> {
    vec![
        ("change-email", change_email(NAME, None, fine())),
        (
            "change-email-waiting",
            change_email(NAME, Some(Asked::Here), fine()),
        ),
        (
            "change-email-waiting-elsewhere",
            change_email(NAME, Some(Asked::Elsewhere), fine()),
        ),
        (
            "change-email-errors",
            change_email(HOSTILE, None, wrong("new_email", "Enter an email address.")),
        ),
        ("confirm-email", confirm_email(EMAIL, fine())),
        (
            "confirm-email-errors",
            confirm_email("", wrong("password", copy::WRONG_PASSWORD_TO_CONFIRM)),
        ),
        ("delete", delete(false, fine())),
        ("delete-errors", {
            let mut errors = wrong("confirm_email", "This is not the address of your account.");
            errors.add("password", copy::WRONG_PASSWORD);
            delete(true, errors)
        }),
        (
            "restore",
            html(&RestorePage {
                shell: signed_in(NAME),
                erased_at: seconds_ago(-2_588_400),
            }),
        ),
        ("not-me", not_me(false, fine())),
        (
            "not-me-used",
            not_me(true, wrong("password", copy::WRONG_EARLIER_PASSWORD)),
        ),
        (
            "not-me-link-invalid",
            html(&NotMeLinkInvalidPage { shell: anonymous() }),
        ),
        (
            "confirm-link-invalid",
            html(&ConfirmLinkInvalidPage {
                shell: signed_in(NAME),
            }),
        ),
    ]
}

pub(crate) fn pages() -> Vec<Rendered> {
    let mut both = wrong("current_password", copy::WRONG_PASSWORD);
    both.add("new_password", PasswordRefusal::Guessable.to_string());
    let overtaken = FieldErrors::of_form(copy::OVERTAKEN);
    vec![
        ("account", html(&changed_account())),
        ("account-few-codes", html(&account(NAME, enrolled(1)))),
        ("account-recovery", html(&recovery(None))),
        (
            "account-recovery-link",
            html(&recovery(Some(seconds_ago(-3_600)))),
        ),
        ("account-frozen", html(&frozen_account())),
        ("account-unverified", html(&fresh_account())),
        (
            "account-hostile",
            html(&account(HOSTILE, SecondFactorState::Off)),
        ),
        ("profile", profile(NAME, fine())),
        ("profile-errors", {
            let why = DisplayNameError::InvisibleCharacter.to_string();
            profile(HOSTILE, wrong("display_name", why))
        }),
        (
            "activity",
            activity_page(activity(), "/account/activity?cursor=7", false),
        ),
        ("activity-empty", activity_page(Vec::new(), "", true)),
        ("activity-wrong-cursor", {
            let page = ActivityPage {
                shell: signed_in(NAME),
                items: Vec::new(),
                older: String::new(),
                goes_on: true,
                errors: FieldErrors::of_form("This page can no longer be found."),
            };
            html(&page)
        }),
        ("export", export("", fine())),
        ("export-password", export(EMAIL, fine())),
        (
            "export-wrong-password",
            export(EMAIL, wrong("password", copy::WRONG_PASSWORD)),
        ),
        ("change-password", change_password(false, fine())),
        ("change-password-must", change_password(true, fine())),
        ("change-password-errors", change_password(false, both)),
        (
            "sessions",
            sessions(signed_in(NAME), &other_sessions(), vec![]),
        ),
        ("sessions-alone", {
            let flash = Flash::success(copy::OTHER_DEVICES_SIGNED_OUT);
            sessions(with_flash(signed_in(NAME), flash), &[], vec![])
        }),
        ("sessions-trusted", {
            let browsers = vec![
                trusted(1, "Firefox on Linux", "203.0.113.7"),
                trusted(2, "Safari on iOS", "2001:db8:85a3:8d3:1319:8a2e:370:7348"),
                trusted(3, "An unknown app", ""),
            ];
            sessions(signed_in(NAME), &other_sessions(), browsers)
        }),
        ("confirmed", confirmed()),
        ("two-factor-off", off(true)),
        ("two-factor-unverified", off(false)),
        ("two-factor-pending", pending(fine())),
        (
            "two-factor-pending-wrong",
            pending(wrong("code", copy::CODE_NOT_RIGHT)),
        ),
        ("two-factor-off-passkey", {
            let state = TwoFactorState::Off {
                email_verified: true,
            };
            two_factor(state, "passkey", Some(3), fine())
        }),
        ("two-factor-on", on("", 10, fine())),
        ("two-factor-on-few", on("", 3, fine())),
        ("two-factor-on-none", on("", 0, overtaken)),
        ("two-factor-on-beside", on("passkey", 10, fine())),
        ("two-factor-disable", two_factor_act(TwoFactorAct::Disable)),
        (
            "two-factor-remove-app",
            two_factor_act(TwoFactorAct::RemoveApp),
        ),
        (
            "two-factor-backup-codes",
            two_factor_act(TwoFactorAct::ReplaceBackupCodes),
        ),
        ("backup-codes", backup_codes(BackupCodesReason::Enrolled)),
        (
            "backup-codes-fresh",
            backup_codes(BackupCodesReason::Replaced),
        ),
    ]
}

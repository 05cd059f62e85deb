//! The account of a signed-in person.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use vestibule::internals::domain::accounts::display_name::DisplayNameError;
use vestibule::internals::domain::password::PasswordRefusal;
use vestibule::internals::web::copy;
use vestibule::internals::web::pages::{
    AccountPage, ActivityItem, ActivityPage, ChangePasswordPage, DeviceItem, ExportPage,
    ProfilePage, SecondFactorState, SessionsPage,
};
use vestibule::internals::web::view::{FieldErrors, Flash, RecoveryNotice, Shell};

use crate::sample::{
    EMAIL, HOSTILE, NAME, Rendered, fine, html, seconds_ago, signed_in, with_flash, wrong,
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

pub(crate) fn pages() -> Vec<Rendered> {
    let mut both = wrong("current_password", copy::WRONG_PASSWORD);
    both.add("new_password", PasswordRefusal::Guessable.to_string());
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
    ]
}

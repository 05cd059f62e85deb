//! Another address, "this wasn't me", and the end of the account.

use vestibule::internals::domain::accounts::undo::Freeze;
use vestibule::internals::web::copy;
use vestibule::internals::web::pages::{
    ChangeEmailPage, ConfirmEmailPage, ConfirmLinkInvalidPage, DeletePage, NotMeLink,
    NotMeLinkInvalidPage, NotMePage, PendingChange, RestorePage,
};
use vestibule::internals::web::view::FieldErrors;

use crate::sample::{
    EMAIL, HOSTILE, NAME, Rendered, anonymous, fine, html, seconds_ago, signed_in, wrong,
};

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

pub(crate) fn pages() -> Vec<Rendered> {
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

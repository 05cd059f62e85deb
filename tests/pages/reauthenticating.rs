//! The pages that ask who it is.

use vestibule::internals::web::copy;
use vestibule::internals::web::pages::{ConfirmedPage, ReauthenticatePage, Takes};
use vestibule::internals::web::view::FieldErrors;

use crate::sample::{EMAIL, HOSTILE, NAME, Rendered, fine, html, passkey, signed_in, wrong};

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

fn confirmed() -> String {
    html(&ConfirmedPage {
        shell: signed_in(NAME),
        action: "/account/two-factor/disable".to_owned(),
        fields: vec![("reason".to_owned(), HOSTILE.to_owned())],
        button: "Turn off two-step sign-in",
        page: "/account/two-factor",
    })
}

pub(crate) fn pages() -> Vec<Rendered> {
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
        ("confirmed", confirmed()),
    ]
}

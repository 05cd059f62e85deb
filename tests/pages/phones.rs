//! A phone as second factor.

use vestibule::internals::web::pages::{PhoneConfirmPage, PhonePage, PhoneState};
use vestibule::internals::web::view::FieldErrors;

use crate::sample::{HOSTILE, NAME, Rendered, fine, html, seconds_ago, signed_in, wrong};

const NUMBER: &str = "+49 ••• ••12";

fn phone(state: PhoneState, phone: &str, errors: FieldErrors) -> String {
    html(&PhonePage {
        shell: signed_in(NAME),
        state,
        phone: phone.to_owned(),
        errors,
    })
}

fn phone_confirm(errors: FieldErrors) -> String {
    html(&PhoneConfirmPage {
        shell: signed_in(NAME),
        number: NUMBER.to_owned(),
        errors,
    })
}

/// The pages in every variant.
pub(crate) fn pages() -> Vec<Rendered> {
    let off = |email_verified| PhoneState::Off { email_verified };
    let on = |is_only| PhoneState::On {
        number: NUMBER.to_owned(),
        since: seconds_ago(90_000),
        is_only,
    };
    vec![
        ("phone-off", phone(off(true), "", fine())),
        ("phone-unverified", phone(off(false), "", fine())),
        (
            "phone-wrong",
            phone(
                off(true),
                HOSTILE,
                wrong("phone", "This is not a phone number. Check its digits."),
            ),
        ),
        ("phone-on", phone(on(false), "", fine())),
        ("phone-only", phone(on(true), "", fine())),
        ("phone-confirm", phone_confirm(fine())),
        (
            "phone-confirm-wrong",
            phone_confirm(wrong("code", "That code is not right, or too old.")),
        ),
    ]
}

//! The pages for passkeys.

use uuid::Uuid;
use vestibule::internals::web::pages::{
    PasskeyAddPage, PasskeyItem, PasskeyRemovePage, PasskeysPage,
};
use vestibule::internals::web::view::FieldErrors;

use crate::sample::{HOSTILE, NAME, Rendered, fine, html, passkey, seconds_ago, signed_in, wrong};

fn item(number: u128, name: &str, synced: bool) -> PasskeyItem {
    PasskeyItem {
        id: Uuid::from_u128(number),
        name: name.to_owned(),
        created_at: seconds_ago(800_000),
        created_by: "Firefox on Linux".to_owned(),
        last_used_at: synced.then(|| seconds_ago(60)),
        last_used_by: if synced { "Safari on iOS" } else { "" }.to_owned(),
        synced,
        renaming: None,
    }
}

fn passkeys(passkeys: Vec<PasskeyItem>, email_verified: bool, errors: FieldErrors) -> String {
    html(&PasskeysPage {
        shell: signed_in(NAME),
        passkeys,
        email_verified,
        known: HOSTILE.to_owned(),
        errors,
    })
}

fn add(name: &str, errors: FieldErrors) -> String {
    html(&PasskeyAddPage {
        shell: signed_in(NAME),
        name: name.to_owned(),
        passkey: Some(passkey()),
        errors,
    })
}

pub(crate) fn pages() -> Vec<Rendered> {
    let both = || vec![item(1, "Laptop", true), item(2, HOSTILE, false)];
    let blank = wrong("name", "Enter a name.");
    let known = FieldErrors::of_form("This passkey is in use already.");
    vec![
        ("passkeys", passkeys(both(), true, fine())),
        ("passkeys-none", passkeys(Vec::new(), true, fine())),
        ("passkeys-unverified", passkeys(Vec::new(), false, fine())),
        ("passkeys-blank-name", {
            let mut both = both();
            both[1].renaming = Some(HOSTILE.to_owned());
            passkeys(both, true, blank)
        }),
        ("passkey-add", add("", fine())),
        ("passkey-add-known", add(HOSTILE, known)),
        (
            "passkey-remove",
            html(&PasskeyRemovePage {
                shell: signed_in(NAME),
                id: Uuid::from_u128(1),
                name: HOSTILE.to_owned(),
                is_last: true,
            }),
        ),
    ]
}

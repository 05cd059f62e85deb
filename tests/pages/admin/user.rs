//! The page of a user, and the acts on that user.

use vestibule::internals::{
    domain::{accounts::user::Frozen, admin::act::of_name},
    web::{
        pages::{AdminActPage, AdminUserPage, DeviceLine, EventLine, MailLine, Section},
        view::{FieldErrors, Flash, RecoveryNotice},
    },
};

use super::{ID, admin, chip};
use crate::sample::{EMAIL, HOSTILE, NAME, Rendered, fine, html, seconds_ago, with_flash, wrong};

/// A page of a list of a user; `next` is the link to the next page.
fn section<T>(lines: Vec<T>, next: &str) -> Section<T> {
    Section {
        lines,
        first: format!("/admin/users/{ID}"),
        next: next.to_owned(),
        goes_on: !next.is_empty(),
    }
}

fn user(name: &str) -> AdminUserPage {
    let path = |word: &str| of_name(word, |_| true).unwrap();
    AdminUserPage {
        shell: with_flash(admin(), Flash::success("The reset link will be sent.")),
        id: ID.to_owned(),
        title: name.to_owned(),
        email: EMAIL.to_owned(),
        display_name: Some(name.to_owned()),
        chips: vec![chip("Active", "good"), chip("Two-step sign-in", "")],
        created_at: seconds_ago(9_000_000),
        email_verified_at: Some(seconds_ago(8_999_000)),
        verified_by_file: false,
        import: None,
        password_changed_at: None,
        two_factor_since: Some(seconds_ago(800_000)),
        second_factors: "passkey, authenticator app".to_owned(),
        disabled_at: None,
        email_change: None,
        erased_at: None,
        freeze: None,
        recovery: None,
        is_own: false,
        acts: [
            "send-reset",
            "require-password-change",
            "revoke-sessions",
            "reset-two-factor",
            "role",
            "disable",
            "delete",
        ]
        .map(path)
        .into(),
        sessions: sessions(),
        events: events(name),
        errors: fine(),
        mails: mails(),
    }
}

fn sessions() -> Section<DeviceLine> {
    section(
        vec![DeviceLine {
            device: "Firefox on Linux".to_owned(),
            address: "203.0.113.7".to_owned(),
            last_seen_at: seconds_ago(60),
            signed_in_at: seconds_ago(86_400),
            revoke: format!("/admin/users/{ID}/sessions/{ID}/revoke"),
        }],
        "?sessions=abc#sessions-title",
    )
}

fn events(name: &str) -> Section<EventLine> {
    section(
        vec![
            EventLine {
                what: "Disabled".to_owned(),
                detail: format!("reason: {name}"),
                from: "Firefox on Linux, 203.0.113.7".to_owned(),
                at: seconds_ago(3_600),
            },
            EventLine {
                what: "Sign in failed".to_owned(),
                detail: String::new(),
                from: String::new(),
                at: seconds_ago(7_200),
            },
        ],
        "",
    )
}

fn mails() -> Section<MailLine> {
    section(
        vec![MailLine {
            what: "Reset password".to_owned(),
            state: "Tried 3 times, will be tried again: 451 4.7.1 greylisted".to_owned(),
            at: seconds_ago(60),
        }],
        "",
    )
}

fn frozen() -> AdminUserPage {
    AdminUserPage {
        chips: vec![chip("Active", "good"), chip("Password closed", "warn")],
        freeze: Some(Frozen {
            until: seconds_ago(-259_200),
            with_sign_in: true,
        }),
        acts: vec![of_name("lift-freeze", |_| true).unwrap()],
        ..user(NAME)
    }
}

fn recovering() -> AdminUserPage {
    AdminUserPage {
        recovery: Some(RecoveryNotice {
            started_at: seconds_ago(3_600),
            device: HOSTILE.to_owned(),
            address: "203.0.113.7".to_owned(),
            ends_at: seconds_ago(-255_600),
            link_expires_at: None,
        }),
        acts: vec![of_name("cancel-recovery", |_| true).unwrap()],
        ..user(NAME)
    }
}

fn deleted_and_quiet() -> AdminUserPage {
    AdminUserPage {
        display_name: None,
        title: EMAIL.to_owned(),
        chips: vec![chip("Deleted", "bad"), chip("Address not verified", "warn")],
        email_verified_at: None,
        verified_by_file: false,
        import: None,
        two_factor_since: None,
        second_factors: String::new(),
        disabled_at: Some(seconds_ago(3_600)),
        erased_at: Some(seconds_ago(-2_588_400)),
        acts: vec![of_name("restore", |_| true).unwrap()],
        sessions: section(Vec::new(), ""),
        events: section(Vec::new(), ""),
        mails: section(Vec::new(), ""),
        ..user(NAME)
    }
}

fn act(word: &str, errors: FieldErrors) -> String {
    html(&AdminActPage {
        shell: admin(),
        act: of_name(word, |_| true).unwrap(),
        action: format!("/admin/users/{ID}/{word}"),
        user_page: format!("/admin/users/{ID}"),
        title: HOSTILE.to_owned(),
        email: EMAIL.to_owned(),
        chips: vec![chip("Active", "good")],
        reason: HOSTILE.to_owned(),
        errors,
    })
}

pub(super) fn pages() -> Vec<Rendered> {
    let own = AdminUserPage {
        is_own: true,
        acts: Vec::new(),
        ..user(NAME)
    };
    let address = wrong("confirm_email", "This is not the address of this account.");
    vec![
        ("admin-user", html(&user(NAME))),
        ("admin-user-hostile", html(&user(HOSTILE))),
        ("admin-user-own", html(&own)),
        ("admin-user-deleted", html(&deleted_and_quiet())),
        ("admin-user-frozen", html(&frozen())),
        ("admin-user-recovering", html(&recovering())),
        (
            "admin-act-disable",
            act("disable", wrong("reason", "Say why.")),
        ),
        ("admin-act-delete", act("delete", address)),
        ("admin-act-role", act("role", fine())),
        (
            "admin-act-refused",
            act(
                "disable",
                FieldErrors::of_form("This account is disabled already."),
            ),
        ),
    ]
}

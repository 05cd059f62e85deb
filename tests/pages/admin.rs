//! The pages of admins.

use vestibule::web::pages::{
    AdminAct, AdminActPage, AdminUserPage, AdminUsersPage, Chip, DeviceLine, EventLine, ListQuery,
    MailLine, UserLine,
};
use vestibule::web::view::{FieldErrors, Flash, Shell};

use crate::sample::{
    EMAIL, HOSTILE, NAME, Rendered, fine, html, seconds_ago, signed_in, with_flash, wrong,
};

const ID: &str = "5c9f54e2-3a48-4d0e-9a3f-0f6b1d0c7a11";

fn admin() -> Shell {
    let mut shell = signed_in(NAME);
    if let Some(who) = &mut shell.signed_in {
        who.is_admin = true;
    }
    shell
}

fn chip(text: &'static str, class: &'static str) -> Chip {
    Chip { text, class }
}

fn line(email: &str, name: &str, chips: Vec<Chip>) -> UserLine {
    UserLine {
        href: format!("/admin/users/{ID}"),
        email: email.to_owned(),
        name: name.to_owned(),
        chips,
        created_at: seconds_ago(900_000),
    }
}

fn list(users: Vec<UserLine>, query: ListQuery, errors: FieldErrors) -> AdminUsersPage {
    AdminUsersPage {
        shell: admin(),
        query,
        users,
        next: String::new(),
        errors,
    }
}

fn full_list() -> AdminUsersPage {
    let active = || chip("Active", "good");
    let users = vec![
        line(EMAIL, NAME, vec![active(), chip("Administrator", "accent")]),
        line(
            "somebody.with.a.very.long.name.indeed@department.of.long.names.example.com",
            "",
            vec![
                active(),
                chip("Address not verified", "warn"),
                chip("Must change password", "warn"),
                chip("Two-step sign-in", ""),
            ],
        ),
        line("left@example.com", HOSTILE, vec![chip("Disabled", "bad")]),
        line("gone@example.com", "Gone", vec![chip("Deleted", "bad")]),
    ];
    let query = ListQuery {
        q: HOSTILE.to_owned(),
        status: "active".to_owned(),
        cursor: "abc".to_owned(),
        ..ListQuery::default()
    };
    AdminUsersPage {
        next: "/admin/users?q=a&cursor=def".to_owned(),
        ..list(users, query, fine())
    }
}

fn user(name: &str) -> AdminUserPage {
    let path = |word: &str| AdminAct::of_path(word, |_| true).unwrap();
    AdminUserPage {
        shell: with_flash(admin(), Flash::success("The reset link is on its way.")),
        id: ID.to_owned(),
        title: name.to_owned(),
        email: EMAIL.to_owned(),
        display_name: Some(name.to_owned()),
        chips: vec![chip("Active", "good"), chip("Two-step sign-in", "")],
        created_at: seconds_ago(9_000_000),
        email_verified_at: Some(seconds_ago(8_999_000)),
        password_changed_at: None,
        two_factor_since: Some(seconds_ago(800_000)),
        disabled_at: None,
        erased_at: None,
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
        sessions: vec![DeviceLine {
            device: "Firefox on Linux".to_owned(),
            address: "203.0.113.7".to_owned(),
            last_seen_at: seconds_ago(60),
            signed_in_at: seconds_ago(86_400),
            revoke: format!("/admin/users/{ID}/sessions/{ID}/revoke"),
        }],
        events: vec![
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
        mails: vec![MailLine {
            what: "Reset password".to_owned(),
            state: "Tried 3 times, will be tried again: 451 4.7.1 greylisted".to_owned(),
            at: seconds_ago(60),
        }],
    }
}

fn deleted_and_quiet() -> AdminUserPage {
    AdminUserPage {
        display_name: None,
        title: EMAIL.to_owned(),
        chips: vec![chip("Deleted", "bad"), chip("Address not verified", "warn")],
        email_verified_at: None,
        two_factor_since: None,
        disabled_at: Some(seconds_ago(3_600)),
        erased_at: Some(seconds_ago(-2_588_400)),
        acts: vec![AdminAct::of_path("restore", |_| true).unwrap()],
        sessions: Vec::new(),
        events: Vec::new(),
        mails: Vec::new(),
        ..user(NAME)
    }
}

fn act(word: &str, errors: FieldErrors) -> String {
    html(&AdminActPage {
        shell: admin(),
        act: AdminAct::of_path(word, |_| true).unwrap(),
        action: format!("/admin/users/{ID}/{word}"),
        user_page: format!("/admin/users/{ID}"),
        title: HOSTILE.to_owned(),
        email: EMAIL.to_owned(),
        chips: vec![chip("Active", "good")],
        reason: HOSTILE.to_owned(),
        errors,
    })
}

pub(crate) fn pages() -> Vec<Rendered> {
    let nobody = |status: &str, errors| {
        let query = ListQuery {
            status: status.to_owned(),
            ..ListQuery::default()
        };
        html(&list(Vec::new(), query, errors))
    };
    let unknown = wrong("status", "Choose one of the values of this filter.");
    let own = AdminUserPage {
        is_own: true,
        acts: Vec::new(),
        ..user(NAME)
    };
    let address = wrong("confirm_email", "This is not the address of this account.");
    vec![
        ("admin-users", html(&full_list())),
        ("admin-users-no-match", nobody("disabled", fine())),
        ("admin-users-nobody", nobody("", fine())),
        ("admin-users-unknown-filter", nobody("open", unknown)),
        ("admin-user", html(&user(NAME))),
        ("admin-user-hostile", html(&user(HOSTILE))),
        ("admin-user-own", html(&own)),
        ("admin-user-deleted", html(&deleted_and_quiet())),
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

//! The pages for admins.

mod audit;
mod bulk;
mod dashboard;
mod invitations;
mod user;

use vestibule::internals::web::{
    pages::{AdminUsersPage, Chip, ListQuery, UserLine},
    view::{FieldErrors, Shell},
};

use crate::sample::{EMAIL, HOSTILE, NAME, Rendered, fine, html, seconds_ago, signed_in, wrong};

const ID: &str = "5c9f54e2-3a48-4d0e-9a3f-0f6b1d0c7a11";

pub(crate) fn admin() -> Shell {
    let mut shell = signed_in(NAME);
    if let Some(who) = &mut shell.signed_in {
        who.is_admin = true;
    }
    shell
}

pub(crate) fn chip(text: &'static str, class: &'static str) -> Chip {
    Chip { text, class }
}

fn line(email: &str, name: &str, chips: Vec<Chip>) -> UserLine {
    UserLine {
        id: email.replace(['@', '.'], "-"),
        href: format!("/admin/users/{ID}"),
        email: email.to_owned(),
        name: name.to_owned(),
        chips,
        last_sign_in_at: (!name.is_empty()).then(|| seconds_ago(90_000)),
        created_at: seconds_ago(900_000),
    }
}

fn list(users: Vec<UserLine>, query: ListQuery, errors: FieldErrors) -> AdminUsersPage {
    AdminUsersPage {
        shell: admin(),
        query,
        counted: "about 1,000,000".to_owned(),
        users,
        next: String::new(),
        previous: String::new(),
        errors,
    }
}

fn full_list() -> AdminUsersPage {
    let active = || chip("Active", "good");
    let users = vec![
        line(EMAIL, NAME, vec![active(), chip("Admin", "accent")]),
        line(
            "somebody.with.a.very.long.name.indeed@department.of.long.names.example.com",
            "",
            vec![
                active(),
                chip("Unverified", "warn"),
                chip("Must change", "warn"),
                chip("Two-step", ""),
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
        previous: "/admin/users?q=a&cursor=abd".to_owned(),
        ..list(users, query, fine())
    }
}

pub(crate) fn pages() -> Vec<Rendered> {
    [
        audit::pages(),
        users(),
        dashboard::pages(),
        invitations::pages(),
        user::pages(),
        bulk::pages(),
    ]
    .concat()
}

fn users() -> Vec<Rendered> {
    let nobody = |status: &str, errors| {
        let query = ListQuery {
            status: status.to_owned(),
            ..ListQuery::default()
        };
        html(&list(Vec::new(), query, errors))
    };
    let unknown = wrong("status", "Choose one of the values of this filter.");
    vec![
        ("admin-users", html(&full_list())),
        ("admin-users-no-match", nobody("disabled", fine())),
        ("admin-users-nobody", nobody("", fine())),
        ("admin-users-unknown-filter", nobody("open", unknown)),
    ]
}

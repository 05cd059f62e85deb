//! Acts on many users.

use vestibule::internals::{
    domain::admin::act::of_name,
    web::{
        pages::{AdminBulkPage, LeftOutLine, UserLine},
        view::FieldErrors,
    },
};

use super::{ID, admin, full_list};
use crate::sample::{EMAIL, HOSTILE, Rendered, fine, html, wrong};

fn bulk(word: &str, people: Vec<UserLine>, prove_as: &str, errors: FieldErrors) -> String {
    let left_out = |href: &str, who: &str, why| LeftOutLine {
        href: href.to_owned(),
        who: who.to_owned(),
        why,
    };
    html(&AdminBulkPage {
        shell: admin(),
        act: of_name(word, |_| true),
        count: people.len(),
        people,
        left_out_count: 2,
        selection: String::new(),
        left_out: vec![
            left_out("/admin/users/x", EMAIL, "This is your own account."),
            left_out("", ID, "There is no account with this id."),
        ],
        list: full_list().query,
        reason: HOSTILE.to_owned(),
        prove_as: prove_as.to_owned(),
        errors,
    })
}

pub(super) fn pages() -> Vec<Rendered> {
    let people = || full_list().users;
    let mut both = wrong("reason", "Say why, in a few words.");
    both.add("password", "Enter your password to continue.");
    let nobody = FieldErrors::of_form(
        "Nothing was done, because this would change none of the selected users.",
    );
    vec![
        ("admin-bulk", bulk("enable", people(), "", fine())),
        ("admin-bulk-stale", bulk("disable", people(), EMAIL, both)),
        (
            "admin-bulk-nobody",
            bulk("disable", Vec::new(), EMAIL, nobody.clone()),
        ),
        (
            "admin-bulk-unknown",
            bulk("nonsense", Vec::new(), "", nobody),
        ),
        ("admin-users-all-selected", {
            let mut page = full_list();
            "all".clone_into(&mut page.query.select);
            html(&page)
        }),
    ]
}

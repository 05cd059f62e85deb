//! The error pages.

use std::time::Duration;

use vestibule::internals::web::pages::ErrorPage;

use crate::sample::{NAME, Rendered, anonymous, html, signed_in};

fn error(status: u16, retry_after: Option<u64>) -> String {
    let retry_after = retry_after.map(Duration::from_secs);
    html(&ErrorPage::for_status(anonymous(), status, retry_after))
}

pub(crate) fn pages() -> Vec<Rendered> {
    vec![
        ("error-400", error(400, None)),
        ("error-401", error(401, None)),
        ("error-403", error(403, None)),
        (
            "error-form-expired",
            html(&ErrorPage::form_expired(
                signed_in(NAME),
                "/account/password",
            )),
        ),
        ("error-404", error(404, None)),
        ("error-405", error(405, None)),
        ("error-413", error(413, None)),
        (
            "error-421",
            html(&ErrorPage::misdirected(
                anonymous(),
                "https://auth.example.org",
            )),
        ),
        ("error-429", error(429, Some(600))),
        ("error-500", error(500, None)),
        ("error-503", error(503, Some(2))),
    ]
}

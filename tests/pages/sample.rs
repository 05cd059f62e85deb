//! The sample data of the gallery: page shells, times, and text that tries to escape from its element.

use std::sync::Arc;

use askama::Template;
use chrono::{DateTime, Utc};
use vestibule::internals::web::pages::PasskeyRequest;
use vestibule::internals::web::view::{FieldErrors, Flash, Message, Shell, SignedInAs};

/// A page, and the name of its file in the gallery.
pub(crate) type Rendered = (&'static str, String);

pub(crate) const EMAIL: &str = "person@example.com";
pub(crate) const NAME: &str = "Robin Example";
pub(crate) const HOSTILE: &str = r#""><script>alert('1')</script><b x='"#;

pub(crate) fn anonymous() -> Shell {
    Shell {
        csrf_token: "sample-csrf-token".to_owned(),
        signed_in: None,
        recovery: None,
        flash: None,
        stylesheet: "../../static/vestibule.css",
        favicon: "../../static/favicon.svg",
        branding: Arc::default(),
        own_files: Arc::default(),
        home: "/".to_owned(),
        request_id: "0198c1f2-7a44-7d10-9c3e-5b1f0a6c2e71".to_owned(),
    }
}

pub(crate) fn signed_in(name: &str) -> Shell {
    let who = SignedInAs {
        name: name.to_owned(),
        email: EMAIL.to_owned(),
        is_admin: false,
    };
    Shell {
        signed_in: Some(who),
        ..anonymous()
    }
}

pub(crate) fn with_flash(shell: Shell, flash: Flash) -> Shell {
    Shell {
        flash: Some(flash),
        ..shell
    }
}

/// A request for a passkey, with text that tries to escape from its attribute.
pub(crate) fn passkey() -> PasskeyRequest {
    PasskeyRequest {
        challenge_token: HOSTILE.to_owned(),
        options: format!("{{\"challenge\":\"{}\"}}", HOSTILE.replace('"', "\\\"")),
        unknown: Some(HOSTILE.to_owned()),
    }
}

pub(crate) fn fine() -> FieldErrors {
    FieldErrors::default()
}

pub(crate) fn wrong(field: &'static str, message: impl Into<Message>) -> FieldErrors {
    FieldErrors::of_field(field, message)
}

pub(crate) fn seconds_ago(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_546_700 - seconds, 0).unwrap()
}

pub(crate) fn html(page: &impl Template) -> String {
    page.render().unwrap()
}

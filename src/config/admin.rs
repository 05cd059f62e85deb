//! The first admin of a new service.

use super::{
    Redacted,
    faults::Refusal,
    reader::{Read, Reader},
};
use crate::domain::accounts::email::EmailAddress;

/// `ADMIN_EMAIL` and `ADMIN_PASSWORD`.
#[derive(Debug, Clone)]
pub struct FirstAdmin {
    /// The address.
    pub email: EmailAddress,
    /// The password to start with.
    pub password: Redacted<String>,
}

/// Reads both, or neither.
pub(super) fn first_admin(reader: &mut Reader<'_>) -> Read<Option<FirstAdmin>> {
    let email = reader.optional("ADMIN_EMAIL", |text| {
        EmailAddress::parse(text).map_err(|_| {
            Refusal::new(
                "is not an email address",
                "Set it to one: name@example.org.",
            )
        })
    });
    let password = reader.untrimmed("ADMIN_PASSWORD", |text| Ok(Redacted::new(text.to_owned())));
    let remedy = "Set both to make the first admin, or neither.";
    match (email?, password?) {
        (Some(email), Some(password)) => Ok(Some(FirstAdmin { email, password })),
        (None, None) => Ok(None),
        (Some(_), None) => {
            let problem = "is not set, and ADMIN_EMAIL is";
            Err(reader.refuse("ADMIN_PASSWORD", Refusal::new(problem, remedy)))
        }
        (None, Some(_)) => {
            let problem = "is not set, and ADMIN_PASSWORD is";
            Err(reader.refuse("ADMIN_EMAIL", Refusal::new(problem, remedy)))
        }
    }
}

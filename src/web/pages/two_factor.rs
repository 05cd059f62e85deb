//! The second factor: off, being set up, or on.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::web::view::{FieldErrors, Shell};

/// `/account/two-factor`, and the answers of its forms where something is wrong.
#[derive(Clone, Debug, Template)]
#[template(path = "two_factor.html")]
pub struct TwoFactorPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address.
    pub email: String,
    /// How far the enrolment is.
    pub state: TwoFactorState,
    /// What is wrong, by `code` while setting up, and by [`TwoFactorPage::FRESH_CODES_PASSWORD`] and
    /// [`TwoFactorPage::DISABLE_PASSWORD`] once on.
    pub errors: FieldErrors,
}

impl TwoFactorPage {
    /// The key of errors at the password that asks for fresh backup codes.
    pub const FRESH_CODES_PASSWORD: &str = "fresh-codes-password";
    /// The key of errors at the password that turns the second factor off.
    pub const DISABLE_PASSWORD: &str = "disable-password";
}

/// How far the enrolment of a second factor is.
#[derive(Clone, Debug)]
pub enum TwoFactorState {
    /// Not enrolled.
    Off {
        /// Whether the address is verified, which comes first.
        email_verified: bool,
    },
    /// A secret is made and waits for its first code.
    Pending {
        /// The QR code as an SVG element made by us, with its white quiet zone.
        qr_svg: String,
        /// The secret in Base32, with or without spaces.
        secret: String,
        /// The same as an `otpauth:` link, for an app on this very device.
        otpauth_uri: String,
    },
    /// Enrolled.
    On {
        /// Since when.
        since: DateTime<Utc>,
        /// How many backup codes can still be used.
        codes_left: usize,
    },
}

/// The secret in groups of four, which are easier to copy by eye.
fn in_fours(secret: &str) -> String {
    let symbols: Vec<char> = secret.chars().filter(|c| !c.is_whitespace()).collect();
    symbols
        .chunks(4)
        .map(String::from_iter)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The SVG element without the XML prolog, which has no place inside HTML.
fn inline(svg: &str) -> &str {
    svg.find("<svg").map_or("", |start| &svg[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_in_fours() {
        assert_eq!(in_fours("JBSWY3DPEHPK3PXP"), "JBSW Y3DP EHPK 3PXP");
        assert_eq!(in_fours("JBSW Y3DPEH"), "JBSW Y3DP EH");
    }

    #[test]
    fn the_prolog_of_an_svg_is_left_out() {
        assert_eq!(inline("<?xml version=\"1.0\"?><svg></svg>"), "<svg></svg>");
    }
}

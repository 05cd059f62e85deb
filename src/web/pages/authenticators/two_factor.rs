//! The second factor: off, being set up, or on.

mod acts;
mod confirmation;

use askama::Template;
use chrono::{DateTime, Utc};

pub use acts::{back, confirm, disable, enroll, fresh_codes};
pub use confirmation::{TwoFactorAct, TwoFactorActPage, ask_disable, ask_fresh_codes};

use crate::{
    domain::authenticators::factors::Kind,
    flows::{
        accounts::overview,
        authenticators::{
            passkeys, phone,
            totp::{self, Enrolment},
        },
        sessions::authenticate::Authenticated,
    },
    web::{
        error::WebResult,
        extract::{CurrentUser, PageRequest},
        pages::answer::Showing,
        view::{FieldErrors, Shell, qr},
    },
};

/// The path of the page.
const TWO_FACTOR: &str = "/account/two-factor";

/// `/account/two-factor`, and the answers of its forms after a fault.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/two_factor.html")]
pub struct TwoFactorPage {
    pub shell: Shell,
    pub email: String,
    /// The state of the enrolment.
    pub state: TwoFactorState,
    /// The user's second factors but the app, in words; empty without another.
    pub others: String,
    /// The number of unused backup codes; `None` without a second factor.
    pub codes_left: Option<usize>,
    /// The number of passkeys; `None` where this site has none.
    pub passkeys: Option<usize>,
    /// Whether a phone can be added.
    pub phones: bool,
    /// Faults, by the keys of [`TwoFactorPage`].
    pub errors: FieldErrors,
}

impl TwoFactorPage {
    /// The key of errors at the code that confirms the enrolment.
    pub const CODE: &str = "code";
}

/// The state of the authenticator app.
#[derive(Clone, Debug)]
pub enum TwoFactorState {
    Off {
        /// Whether the address is verified, which is required first.
        email_verified: bool,
    },
    /// A secret exists and waits for its first code.
    Pending {
        /// The QR code as an SVG element that we made, with its white quiet zone.
        qr_svg: String,
        /// The secret in Base32, with or without spaces.
        secret: String,
        /// The same as an `otpauth:` link, for an app on the same device.
        otpauth_uri: String,
    },
    On {
        since: DateTime<Utc>,
    },
}

/// The secret in groups of four, which are easier to copy.
fn in_fours(secret: &str) -> String {
    let symbols: Vec<char> = secret.chars().filter(|c| !c.is_whitespace()).collect();
    symbols
        .chunks(4)
        .map(String::from_iter)
        .collect::<Vec<_>>()
        .join(" ")
}

/// `GET /account/two-factor`
pub async fn get(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    show(&request, &who, Showing::first()).await
}

async fn show(request: &PageRequest, who: &Authenticated, showing: Showing) -> WebResult {
    let services = request.services();
    let user = who.user();
    let left = overview::backup_codes_left(services, user).await?;
    let codes_left = left.map(|left| usize::try_from(left).unwrap_or_default());
    let two_factor = match user.factors.totp {
        Some(since) => TwoFactorState::On { since },
        None => match totp::pending(services, user).await? {
            Some(enrolment) => TwoFactorState::pending(enrolment)?,
            None => TwoFactorState::Off {
                email_verified: user.mailbox_proven(),
            },
        },
    };
    let passkeys = match services.webauthn {
        Some(_) => Some(passkeys::list(services, user).await?.len()),
        None => None,
    };
    showing.answer(|errors| TwoFactorPage {
        shell: request.shell(),
        email: user.email.clone(),
        state: two_factor,
        others: user.factors.others(Kind::Totp),
        codes_left,
        passkeys,
        phones: phone::is_offered(services),
        errors,
    })
}

impl TwoFactorState {
    /// Whether a secret waits for its first code.
    fn is_pending(&self) -> bool {
        matches!(self, Self::Pending { .. })
    }

    fn is_on(&self) -> bool {
        matches!(self, Self::On { .. })
    }

    fn pending(enrolment: Enrolment) -> WebResult<Self> {
        Ok(Self::Pending {
            qr_svg: qr::svg(&enrolment.otpauth_uri)?,
            secret: enrolment.secret,
            otpauth_uri: enrolment.otpauth_uri,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_in_groups_of_four() {
        assert_eq!(in_fours("JBSWY3DPEHPK3PXP"), "JBSW Y3DP EHPK 3PXP");
        assert_eq!(in_fours("JBSW Y3DPEH"), "JBSW Y3DP EH");
    }
}

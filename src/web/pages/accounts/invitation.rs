//! Accepting an invitation through the link in a mail.

use actix_web::{http::StatusCode, web::Query};
use askama::Template;
use serde::Deserialize;

use super::{mail_link::LinkToken, password_strength::may_ask};
use crate::{
    domain::{accounts::user::Role, secrets::secret::SecretString},
    flows::accounts::accept_invitation::{self, Input, Link, Outcome},
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::answer::{Showing, field_errors, signed_in},
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/invitation?token=` with a valid link.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/invitation.html")]
pub struct InvitationPage {
    pub shell: Shell,
    pub token: String,
    /// The address that was invited.
    pub email: String,
    /// Whether the account will be an admin's.
    pub as_admin: bool,
    pub display_name: String,
    /// The fewest characters that a password may have, for the hint.
    pub password_min_length: usize,
    /// Faults, by `password` and `display_name`.
    pub errors: FieldErrors,
}

/// `/invitation` with a link that cannot be used.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/invitation_invalid.html")]
pub struct InvitationInvalidPage {
    pub shell: Shell,
    pub why: NoUse,
}

/// Why a link cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoUse {
    /// It was used, revoked or replaced, has expired, or never existed.
    Dead,
    /// The address has an account.
    EmailTaken,
    Closed,
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    token: SecretString,
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    display_name: String,
}

/// `GET /invitation?token=`. Changes nothing, because mail scanners open links.
pub async fn get(Query(LinkToken { token }): Query<LinkToken>, request: PageRequest) -> WebResult {
    show(&request, &token, String::new(), Showing::first()).await
}

/// `POST /invitation`.
pub async fn post(
    MaybeUser(who): MaybeUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let Form {
        token,
        password,
        display_name,
    } = form;
    let input = Input {
        token: token.clone(),
        password,
        display_name: display_name.clone(),
        replaces: who.and_then(|who| who.held_session()),
    };
    let showing =
        match accept_invitation::accept(request.services(), &input, &request.client).await? {
            Outcome::SignedIn(pair) => {
                let answer = signed_in(&request, &pair, &request.client.device, None);
                request
                    .session
                    .leave_flash(&Flash::success(copy::INVITATION_ACCEPTED));
                return Ok(answer);
            }
            Outcome::LinkDead => return no_use(&request, NoUse::Dead, dead()),
            Outcome::EmailTaken => return no_use(&request, NoUse::EmailTaken, taken()),
            Outcome::Closed => return no_use(&request, NoUse::Closed, closed()),
            Outcome::Invalid(faults) => {
                Showing::invalid(field_errors(&faults, &["display_name", "password"]))
            }
            Outcome::Throttled(wait) => Showing::throttled(wait),
        };
    show(&request, &token, display_name, showing).await
}

fn dead() -> Showing {
    Showing::invalid(FieldErrors::default())
}

fn taken() -> Showing {
    Showing::again(StatusCode::CONFLICT, FieldErrors::default())
}

fn closed() -> Showing {
    Showing::again(StatusCode::FORBIDDEN, FieldErrors::default())
}

/// The form, if the link is valid.
async fn show(
    request: &PageRequest,
    token: &SecretString,
    display_name: String,
    showing: Showing,
) -> WebResult {
    let invitation = match accept_invitation::inspect(request.services(), token).await? {
        Link::Good(invitation) => invitation,
        Link::Dead => return no_use(request, NoUse::Dead, showing.of_dead_link()),
        Link::EmailTaken => return no_use(request, NoUse::EmailTaken, taken()),
        Link::Closed => return no_use(request, NoUse::Closed, closed()),
    };
    may_ask(showing.answer(|errors| InvitationPage {
        shell: request.shell(),
        token: token.expose().to_owned(),
        as_admin: invitation.role == Role::Admin,
        email: invitation.email,
        display_name,
        password_min_length: request.state.services.policy.passwords.min_length,
        errors,
    }))
}

fn no_use(request: &PageRequest, why: NoUse, showing: Showing) -> WebResult {
    showing.answer(|_| InvitationInvalidPage {
        shell: request.shell(),
        why,
    })
}

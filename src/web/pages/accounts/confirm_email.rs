//! Confirming a change of address through the link that was mailed to the new one. Opening the link changes
//! nothing; its button does.

use actix_web::{http::StatusCode, web::Query};
use askama::Template;
use serde::Deserialize;

use super::mail_link::LinkToken;
use crate::{
    domain::secrets::secret::SecretString,
    flows::{
        accounts::confirm_email::{self, Outcome, Proof},
        sessions::authenticate::Authenticated,
        sign_in::known_browser::remember_browser,
    },
    web::{
        cookies::SetCookies,
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::answer::{Showing, see_other_with},
        paths::{ACCOUNT, LOGIN},
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/confirm-email?token=` with a link that still works.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/confirm_email.html")]
pub struct ConfirmEmailPage {
    pub shell: Shell,
    pub token: String,
    /// The address of now; empty where the browser is not signed in to the account, as the link may have
    /// reached a stranger.
    pub email: String,
    pub new_email: String,
    /// What is wrong, by `password`.
    pub errors: FieldErrors,
}

impl ConfirmEmailPage {
    /// True where only the button is needed.
    pub fn signed_in(&self) -> bool {
        !self.email.is_empty()
    }
}

/// `/confirm-email` with a link that means nothing any more.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/confirm_link_invalid.html")]
pub struct ConfirmLinkInvalidPage {
    pub shell: Shell,
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    token: SecretString,
    password: Option<SecretString>,
}

/// `GET /confirm-email?token=`. Changes nothing: mail scanners open links.
pub async fn get(
    Query(LinkToken { token }): Query<LinkToken>,
    MaybeUser(who): MaybeUser,
    request: PageRequest,
) -> WebResult {
    show(&request, who.as_ref(), &token, Showing::first()).await
}

/// `POST /confirm-email`.
pub async fn post(
    CsrfForm(form): CsrfForm<Form>,
    MaybeUser(who): MaybeUser,
    request: PageRequest,
) -> WebResult {
    let of_password = |message: String| FieldErrors::of_field("password", message);
    let proof = match (form.password.filter(|text| !text.is_empty()), &who) {
        (Some(password), _) => Proof::Password(password),
        (None, Some(who)) => Proof::SignedInAs(Box::new(who.clone())),
        (None, None) => {
            let errors = of_password(copy::missing("the password of this account"));
            return show(&request, None, &form.token, Showing::invalid(errors)).await;
        }
    };
    let confirmed =
        confirm_email::confirm(request.services(), &form.token, proof, &request.client).await?;
    let showing = match confirmed {
        Outcome::Changed(Some(pair)) => {
            // A device cookie knows an account by its address.
            let device = remember_browser(request.services(), &request.client.device, &pair.user);
            let flash = Flash::success(copy::EMAIL_CHANGED);
            return Ok(see_other_with(&request.session, ACCOUNT, &flash)
                .with_cookies(request.state.settings.pair_cookies(&pair))
                .with_cookies([request.state.settings.device_cookie(&device)]));
        }
        Outcome::Changed(None) => {
            let flash = Flash::success(copy::EMAIL_CHANGED_SIGN_IN);
            return Ok(see_other_with(&request.session, LOGIN, &flash));
        }
        Outcome::LinkDead => Showing::invalid(FieldErrors::of_form(copy::OVERTAKEN)),
        Outcome::PasswordMustChange => Showing::again(
            StatusCode::FORBIDDEN,
            FieldErrors::of_form(copy::PASSWORD_FIRST),
        ),
        Outcome::NotYours => Showing::again(
            StatusCode::FORBIDDEN,
            of_password(copy::CONFIRM_NOT_YOURS.to_owned()),
        ),
        Outcome::Frozen(until) => Showing::frozen(&until),
        Outcome::Taken => Showing::again(
            StatusCode::CONFLICT,
            FieldErrors::of_form(copy::NEW_ADDRESS_TAKEN),
        ),
        Outcome::WrongPassword => {
            Showing::rejected(of_password(copy::WRONG_PASSWORD_TO_CONFIRM.to_owned()))
        }
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, who.as_ref(), &form.token, showing).await
}

async fn show(
    request: &PageRequest,
    signed_in: Option<&Authenticated>,
    token: &SecretString,
    showing: Showing,
) -> WebResult {
    let Some(change) = confirm_email::inspect(request.services(), token).await? else {
        return showing.of_dead_link().answer(|_| ConfirmLinkInvalidPage {
            shell: request.shell(),
        });
    };
    let is_own = signed_in.is_some_and(|who| who.user().id == change.user.id);
    showing.answer(|errors| ConfirmEmailPage {
        shell: request.shell(),
        token: token.expose().to_owned(),
        email: if is_own {
            change.user.email
        } else {
            String::new()
        },
        new_email: change.new_email,
        errors,
    })
}

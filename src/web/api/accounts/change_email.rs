//! `POST` and `DELETE /api/auth/change-email`, and `POST /api/auth/confirm-email`.

use actix_web::{HttpResponse, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::{
        accounts::{
            change_email,
            confirm_email::{self, Outcome, Proof},
        },
        authenticators::proof::FactorProven,
    },
    web::{
        api::{
            call::Call,
            dto,
            tag::Tag,
            texts::{CurrentPassword, EmailAddress, MailedToken},
        },
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUser, Caller, ClientInfo, MayProve, RecentlyAuthenticatedCall, Via},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body of a request.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = EmailChange)]
struct Body {
    #[schema(value_type = EmailAddress)]
    new_email: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

impl MayProve for Body {
    fn password(&mut self) -> &mut Field {
        &mut self.password
    }
}

pub(super) fn request_call() -> Call {
    Call::post("/api/auth/change-email", Guard::Session, to(post))
        .about(
            Tag::Account,
            "Asks to move the account to another address.

            A link is mailed to the new address, and a notice to the present one. A taken address gets the same
            answer. Where a second factor is enrolled, the recent reauthentication has to include its code. An
            earlier request ends.",
        )
        .takes_with_proof::<Body>()
        .answers::<dto::Accepted>(202, "A link is on its way to the new address.")
        .limited()
        .refuses(&[codes::CONFLICT, codes::ACCOUNT_FROZEN])
}

async fn post(
    state: State,
    call: RecentlyAuthenticatedCall<Body, FactorProven>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let new_email = fields::read(|r| r.text("new_email", call.body.new_email))?;
    match change_email::request(&state.services, &call.proven, &new_email, &client).await? {
        change_email::Outcome::Requested(_) => Ok(dto::accepted()),
        change_email::Outcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        change_email::Outcome::Overtaken => Err(codes::CONFLICT.into()),
        change_email::Outcome::Frozen(until) => Err(refusals::account_frozen(&until)),
        change_email::Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

pub(super) fn cancel_call() -> Call {
    Call::delete("/api/auth/change-email", Guard::Session, to(delete))
        .about(
            Tag::Account,
            "Cancels the change of address that waits for its link.",
        )
        .answers_nothing("No change waits any more.")
}

async fn delete(state: State, user: ApiUser, ClientInfo(client): ClientInfo) -> WebResult {
    change_email::cancel(&state.services, &user.who, &client).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The body of a confirmation.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = EmailConfirmation)]
struct ConfirmBody {
    #[schema(value_type = MailedToken)]
    token: Field,
    /// The account's password, where the caller is not signed in to it.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

pub(super) fn confirm_call() -> Call {
    Call::post("/api/auth/confirm-email", Guard::Anyone, to(post_confirm))
        .about(
            Tag::Account,
            "Moves the account to the address that the token was mailed to.

            The caller proves that the account is theirs: by its access token or by `password`. Every other
            session ends. A password in the body counts before an access token.",
        )
        .may_be_signed_in()
        .takes::<ConfirmBody>()
        .answers::<dto::RenewedPair<'static>>(200, "Changed; the calling session gets a new pair.")
        .answers_nothing("Changed by password, or the calling session ended in the meantime.")
        .limited()
        .refuses(&[
            codes::DEAD_LINK,
            codes::WRONG_PASSWORD,
            codes::FORBIDDEN,
            codes::EMAIL_TAKEN,
            codes::ACCOUNT_FROZEN,
            codes::PASSWORD_CHANGE_REQUIRED,
        ])
}

async fn post_confirm(
    state: State,
    caller: Caller,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<ConfirmBody>,
) -> WebResult {
    let (token, password) = fields::read(|r| {
        let token = r.secret("token", body.token);
        let password = body.password.is_given();
        (token, password.then(|| r.secret("password", body.password)))
    })?;
    let (proof, via) = match (password, caller) {
        (Some(password), _) => (Proof::Password(password), Via::Bearer),
        (None, Caller::User(user)) => {
            let ApiUser { who, via } = user.ready()?;
            (Proof::SignedInAs(Box::new(who)), via)
        }
        (None, Caller::Anonymous | Caller::DeadToken(_)) => return Err(WebError::Unauthorized),
    };
    match confirm_email::confirm(&state.services, &token, proof, &client).await? {
        Outcome::Changed(Some(pair)) => Ok(dto::renewed(&state.settings, via, &pair)),
        Outcome::Changed(None) => Ok(HttpResponse::NoContent().finish()),
        Outcome::LinkDead => Err(refusals::dead_link()),
        Outcome::PasswordMustChange => Err(codes::PASSWORD_CHANGE_REQUIRED.into()),
        Outcome::NotYours => Err(refusals::not_yours()),
        Outcome::Frozen(until) => Err(refusals::account_frozen(&until)),
        Outcome::Taken => Err(refusals::new_address_taken()),
        Outcome::WrongPassword => Err(refusals::wrong_password("password")),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

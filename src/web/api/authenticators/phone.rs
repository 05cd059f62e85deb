//! A phone as second factor: `POST` and `DELETE /api/auth/mfa/phone`, and `POST /api/auth/mfa/phone/confirm`. A code to
//! sign in with: `POST /api/auth/login/mfa/phone`; to reauthenticate with: `POST /api/auth/reauthenticate/phone`.

use actix_web::{HttpResponse, web::to};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::totp::{AddedAndPair, AddedAnswer, PasswordBody};
use crate::{
    flows::authenticators::{
        phone::{self, Refused},
        proof::FactorProven,
        send_code::{self, Outcome},
    },
    web::{
        api::{
            call::Call,
            dto,
            tag::Tag,
            texts::{CurrentPassword, PhoneCode, PhoneNumber, Token},
        },
        copy,
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUser, ClientInfo, MayProve, RecentlyAuthenticatedCall},
        fields::{self, Field},
        guard::Guard,
        parts::Part,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body that adds a phone.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewPhone)]
struct NumberBody {
    #[schema(value_type = PhoneNumber)]
    phone: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

impl MayProve for NumberBody {
    fn password(&mut self) -> &mut Field {
        &mut self.password
    }
}

/// A code is on its way.
#[derive(Serialize, ToSchema)]
#[schema(as = PhoneSetup)]
struct SetupAnswer<'a> {
    /// For `/api/auth/mfa/phone/confirm`, within 10 minutes.
    phone_token: &'a str,
}

pub(super) fn begin_call() -> Call {
    Call::post("/api/auth/mfa/phone", Guard::Session, to(post_begin))
        .about(
            Tag::SecondFactor,
            "Sends a code to a phone that is to become a second factor.

            Messages can be read on their way and numbers taken over, so a passkey or an authenticator app is better. \
            Where a second factor is enrolled, the recent reauthentication has to include it.",
        )
        .part_of(Part::Phones)
        .takes_with_proof::<NumberBody>()
        .answers::<SetupAnswer<'static>>(202, "A code is on its way.")
        .refuses(&[
            codes::EMAIL_NOT_VERIFIED,
            codes::PHONE_ALREADY_ENABLED,
            codes::ACCOUNT_FROZEN,
        ])
}

async fn post_begin(
    state: State,
    call: RecentlyAuthenticatedCall<NumberBody, FactorProven>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let number = fields::read(|r| r.secret("phone", call.body.phone))?;
    let begun = phone::begin(&state.services, &call.proven, number.expose(), &client).await?;
    let setup = begun.map_err(refused)?;
    Ok(HttpResponse::Accepted().json(SetupAnswer {
        phone_token: setup.token.expose(),
    }))
}

/// The body that confirms a phone.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PhoneConfirmation)]
struct ConfirmBody {
    #[schema(value_type = Token)]
    phone_token: Field,
    #[schema(value_type = PhoneCode)]
    code: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

impl MayProve for ConfirmBody {
    fn password(&mut self) -> &mut Field {
        &mut self.password
    }
}

pub(super) fn confirm_call() -> Call {
    Call::post(
        "/api/auth/mfa/phone/confirm",
        Guard::Session,
        to(post_confirm),
    )
    .about(
        Tag::SecondFactor,
        "Confirms the phone with the code that was sent to it. Every other session ends.

        A code works once, within five minutes, and can be tried five times.",
    )
    .part_of(Part::Phones)
    .takes_with_proof::<ConfirmBody>()
    .answers::<AddedAndPair>(
        200,
        "Added: backup codes, unless there is another second factor, and a pair. No pair if this session has \
         ended in the meantime.",
    )
    .refuses(&[
        codes::EMAIL_NOT_VERIFIED,
        codes::DEAD_PHONE_TOKEN,
        codes::WRONG_CODE,
        codes::PHONE_ALREADY_ENABLED,
        codes::ACCOUNT_FROZEN,
    ])
}

async fn post_confirm(
    state: State,
    call: RecentlyAuthenticatedCall<ConfirmBody, FactorProven>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let body = call.body;
    let (token, code) = fields::read(|r| {
        (
            r.secret("phone_token", body.phone_token),
            r.secret("code", body.code),
        )
    })?;
    let added = phone::confirm(&state.services, &call.proven, Some(&token), &code, &client);
    let added = added.await?.map_err(refused)?;
    let own = AddedAnswer::of(&added);
    Ok(dto::renewed_beside(
        &state.settings,
        call.via,
        own,
        added.pair.as_ref(),
    ))
}

pub(super) fn remove_call() -> Call {
    Call::delete("/api/auth/mfa/phone", Guard::Session, to(delete))
        .about(
            Tag::SecondFactor,
            "Removes the phone. Every other session ends.",
        )
        .part_of(Part::Phones)
        .takes_with_proof::<PasswordBody>()
        .answers::<dto::RenewedPair<'static>>(200, "Removed.")
        .answers_nothing("Removed; this session has ended in the meantime.")
        .refuses(&[codes::PHONE_NOT_ENABLED, codes::ACCOUNT_FROZEN])
}

async fn delete(
    state: State,
    call: RecentlyAuthenticatedCall<PasswordBody, FactorProven>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let removed = phone::remove(&state.services, &call.proven, &client).await?;
    Ok(match removed.map_err(refused)? {
        Some(pair) => dto::renewed(&state.settings, call.via, &pair),
        None => HttpResponse::NoContent().finish(),
    })
}

fn refused(why: Refused) -> WebError {
    match why {
        Refused::Invalid(faults) => refusals::invalid(&faults),
        Refused::Throttled(wait) => WebError::Throttled(wait),
        Refused::EmailUnverified => codes::EMAIL_NOT_VERIFIED.into(),
        Refused::AlreadyEnabled => codes::PHONE_ALREADY_ENABLED.into(),
        // Without a gateway this site does not have these calls.
        Refused::NotEnabled | Refused::NotOffered => codes::PHONE_NOT_ENABLED.into(),
        Refused::NotPending => refusals::dead_phone_token(),
        Refused::WrongCode(fault) => refusals::invalid_phone_code(fault),
        Refused::Overtaken => codes::CONFLICT.into(),
        Refused::Frozen(until) => refusals::account_frozen(&until),
    }
}

/// The body that asks for a code.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PhoneSignIn)]
struct PendingBody {
    #[schema(value_type = Token)]
    mfa_token: Field,
}

pub(in crate::web::api) fn sign_in_call() -> Call {
    Call::post("/api/auth/login/mfa/phone", Guard::Anyone, to(post_sign_in))
        .about(
            Tag::SigningIn,
            "Sends a code to the phone of a pending sign-in, for `/api/auth/login/mfa`.

            A later code takes the place of an earlier one.",
        )
        .part_of(Part::Phones)
        .takes::<PendingBody>()
        .answers::<dto::Accepted>(202, "A code is on its way.")
        .limited()
        .refuses(&[codes::DEAD_TOKEN, codes::PHONE_NOT_ENABLED])
}

async fn post_sign_in(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<PendingBody>,
) -> WebResult {
    let token = fields::read(|r| r.secret("mfa_token", body.mfa_token))?;
    match send_code::for_sign_in(&state.services, &token, &client).await? {
        Outcome::Expired => Err(refusals::dead_token(copy::SIGN_IN_EXPIRED)),
        outcome => sent(&outcome),
    }
}

pub(super) fn reauthenticate_call() -> Call {
    let path = "/api/auth/reauthenticate/phone";
    Call::post(path, Guard::Session, to(post_reauthenticate))
        .about(
            Tag::Sessions,
            "Sends a code to the user's phone, for `/api/auth/reauthenticate`.",
        )
        .part_of(Part::Phones)
        .answers::<dto::Accepted>(202, "A code is on its way.")
        .limited()
        .refuses(&[codes::PHONE_NOT_ENABLED, codes::CONFLICT])
}

async fn post_reauthenticate(
    state: State,
    user: ApiUser,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    sent(&send_code::for_proof(&state.services, &user.who, &client).await?)
}

fn sent(outcome: &Outcome) -> WebResult {
    match outcome {
        Outcome::Sent(_) => Ok(dto::accepted()),
        Outcome::NotOffered => Err(codes::PHONE_NOT_ENABLED.into()),
        Outcome::Expired => Err(codes::CONFLICT.into()),
        Outcome::Throttled(wait) => Err(WebError::Throttled(*wait)),
    }
}

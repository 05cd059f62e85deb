//! `POST /api/auth/delete-account` and `POST /api/auth/restore-account`.

use actix_web::{http::StatusCode, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::{audit::Client, sign_in::device::DeviceCookie},
    flows::{
        accounts::deletion::{self, Keeping, Restorable},
        sign_in::{self, new_device::Agent, second_factor},
    },
    web::{
        api::{
            call::Call,
            dto,
            sessions::logout::signed_out,
            tag::Tag,
            texts::{AnyCode, CurrentPassword, EmailAddress},
        },
        copy,
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo, MayProve, RecentlyAuthenticatedCall, Via},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body of a deletion.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Deletion)]
struct Body {
    /// The address of the account, in any case of its letters.
    #[schema(value_type = EmailAddress)]
    confirm_email: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

impl MayProve for Body {
    fn password(&mut self) -> &mut Field {
        &mut self.password
    }
}

pub(super) fn delete_call() -> Call {
    Call::post("/api/auth/delete-account", Guard::Session, to(post_delete))
        .about(
            Tag::Account,
            "Deletes the caller's account: ends every session now and erases it at the end of the grace period.

            Until then its owner can restore it, and its address stays taken.",
        )
        .takes_with_proof::<Body>()
        .answers_nothing("Deleted. The access token is revoked, and cookies of ours are cleared.")
        .refuses(&[codes::LAST_ADMIN, codes::CONFLICT, codes::ACCOUNT_FROZEN])
}

async fn post_delete(
    state: State,
    call: RecentlyAuthenticatedCall<Body>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let confirm_email = fields::read(|r| r.text("confirm_email", call.body.confirm_email))?;
    match deletion::delete(&state.services, &call.proven, &confirm_email, &client).await? {
        deletion::Outcome::Deleted(_) => Ok(signed_out(&state.settings, call.via == Via::Cookie)),
        deletion::Outcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        deletion::Outcome::LastAdmin => Err(codes::LAST_ADMIN.into()),
        deletion::Outcome::Overtaken => Err(codes::CONFLICT.into()),
        deletion::Outcome::Frozen(until) => Err(refusals::account_frozen(&until)),
    }
}

/// The body of a restore.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Restore)]
struct RestoreBody {
    #[schema(value_type = EmailAddress)]
    email: Field,
    #[schema(value_type = CurrentPassword)]
    password: Field,
    /// Required where a second factor is enrolled.
    #[schema(value_type = Option<AnyCode>)]
    code: Field,
}

pub(super) fn restore_call() -> Call {
    Call::post("/api/auth/restore-account", Guard::Anyone, to(post_restore))
        .about(
            Tag::Account,
            "Restores an account that its owner deleted, and signs in.

            It takes the credentials of a sign-in, and refuses as a sign-in does. An account that is not
            deleted is signed in to.",
        )
        .takes::<RestoreBody>()
        .answers::<dto::TokenPair<'static>>(200, "Restored and signed in.")
        .limited()
        .refuses(&[
            codes::INVALID_CREDENTIALS,
            codes::WRONG_SIGN_IN_CODE,
            codes::DEAD_TOKEN,
            codes::CONFLICT,
        ])
}

async fn post_restore(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<RestoreBody>,
) -> WebResult {
    let (input, code) = fields::read(|r| {
        let input = sign_in::Input {
            email: r.text("email", body.email),
            password: r.secret("password", body.password),
            remember_me: false,
            replaces: None,
            device: DeviceCookie::default(),
            agent: Agent::Program,
        };
        let given = body.code.is_given();
        (input, given.then(|| r.secret("code", body.code)))
    })?;
    let services = &state.services;
    let outcome = sign_in::with_password(services, input, &client).await?;
    state.count_sign_in(&outcome);
    let pending = match outcome {
        sign_in::Outcome::SignedIn(pair) => return Ok(dto::signed_in(StatusCode::OK, &pair)),
        sign_in::Outcome::AccountDeleted(restorable) => {
            return restore(&state, &restorable, &client).await;
        }
        sign_in::Outcome::SecondFactorRequired(pending) => pending,
        sign_in::Outcome::Rejected => {
            let verification = services.policy.email_verification;
            return Err(refusals::invalid_credentials(verification));
        }
        sign_in::Outcome::Throttled(wait) => return Err(WebError::Throttled(wait)),
    };
    let Some(code) = code else {
        return Err(refusals::code_missing());
    };
    let input = second_factor::Input {
        token: pending.token,
        code,
        remember_me: false,
        replaces: None,
        trust: None,
        agent: Agent::Program,
    };
    match second_factor::verify(services, input, &client).await? {
        second_factor::Outcome::SignedIn { pair, .. } => Ok(dto::signed_in(StatusCode::OK, &pair)),
        second_factor::Outcome::AccountDeleted(restorable) => {
            restore(&state, &restorable, &client).await
        }
        second_factor::Outcome::WrongCode(fault) => {
            Err(refusals::invalid_code(codes::WRONG_SIGN_IN_CODE, fault))
        }
        second_factor::Outcome::Expired => Err(refusals::dead_token(copy::SIGN_IN_EXPIRED)),
        second_factor::Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

async fn restore(state: &State, restorable: &Restorable, client: &Client) -> WebResult {
    match deletion::restore(&state.services, restorable, Keeping::default(), client).await? {
        Some(pair) => Ok(dto::signed_in(StatusCode::OK, &pair)),
        None => Err(codes::CONFLICT.into()),
    }
}

//! `POST /api/auth/not-me`.

use actix_web::{HttpResponse, web::to};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    flows::accounts::not_me::{self, Input, Outcome},
    web::{
        api::{
            call::Call,
            tag::Tag,
            texts::{AnyCode, CurrentPassword, MailedToken},
        },
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body of a report.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NotMe)]
struct Body {
    #[schema(value_type = MailedToken)]
    token: Field,
    /// The password as it was just before the event.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
    /// A code of the second factor that was enrolled before the event.
    #[schema(value_type = Option<AnyCode>)]
    code: Field,
}

/// What a report did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotMeAnswer)]
struct Answer {
    /// Whether the address or the second factor was put back.
    restored: bool,
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/not-me", Guard::Anyone, to(post))
        .about(
            Tag::Recovery,
            "Reports the event of a security mail as someone else's, with the token of its link.

            Every session ends, every pending change is cancelled, and address, second factor and deletion are frozen
            for 72 hours. `password`, and `code` where a second factor was enrolled before the event, put the address
            and the second factor back as they were. `code` alone ends a freeze. No one is signed in.",
        )
        .takes::<Body>()
        .answers::<Answer>(200, "Reported.")
        .limited()
        .refuses(&[
            codes::DEAD_LINK,
            codes::WRONG_PASSWORD,
            codes::WRONG_CODE,
            codes::TOTP_NOT_ENABLED,
            codes::EMAIL_TAKEN,
        ])
}

async fn post(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let input = fields::read(|r| Input {
        token: r.secret("token", body.token),
        password: body
            .password
            .is_given()
            .then(|| r.secret("password", body.password)),
        code: body.code.is_given().then(|| r.secret("code", body.code)),
    })?;
    match not_me::report(&state.services, &input, &client).await? {
        Outcome::Done(done) => Ok(HttpResponse::Ok().json(Answer {
            restored: done.restored.any(),
        })),
        Outcome::LinkDead => Err(refusals::dead_link()),
        Outcome::WrongPassword => Err(refusals::wrong_password("password")),
        Outcome::WrongCode(fault) => Err(refusals::invalid_code(codes::WRONG_CODE, fault)),
        Outcome::CodeMissing => Err(refusals::code_missing()),
        Outcome::NoSecondFactor => Err(codes::TOTP_NOT_ENABLED.into()),
        Outcome::AddressTaken => Err(refusals::earlier_address_taken()),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

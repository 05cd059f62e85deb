//! `POST /api/auth/reauthenticate`: a proof that counts for the next minutes of the session; and
//! `POST /api/auth/reauthenticate/options`, for a passkey as that proof.

use actix_web::{HttpResponse, web::to};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    domain::secrets::secret::SecretString,
    flows::authenticators::proof::{self, Outcome, Presented, passkey},
    web::{
        api::{
            call::Call,
            passkey::{Options, read},
            tag::Tag,
            texts::{AnyCode, CurrentPassword, Token},
        },
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUser, ClientInfo},
        fields::{self, Field},
        guard::Guard,
        parts::Part,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body of a proof: a password, a code, or a passkey's answer.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Proof)]
struct Body {
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
    /// Of the authenticator app, or a backup code; used up.
    #[schema(value_type = Option<AnyCode>)]
    code: Field,
    /// As `/api/auth/reauthenticate/options` gave it.
    #[schema(value_type = Option<Token>)]
    challenge_token: Field,
    /// `PublicKeyCredential.toJSON()`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    credential: Value,
}

/// What the body proves with.
enum Given {
    PasswordOrCode(Presented),
    Passkey(SecretString, Value),
}

impl Body {
    fn given(self) -> WebResult<Given> {
        let by_passkey = self.challenge_token.is_given() || !self.credential.is_null();
        let ways = [self.password.is_given(), self.code.is_given(), by_passkey];
        let several = ways.iter().filter(|given| **given).count() > 1;
        let only_one = |r: &mut fields::Reader| {
            if several {
                let field = if by_passkey {
                    "challenge_token"
                } else {
                    "code"
                };
                r.fault(
                    field,
                    "Send one of them: a password, a code, or a passkey's answer.",
                );
            }
        };
        if by_passkey {
            fields::read(only_one)?;
            let (token, credential) = read(self.challenge_token, self.credential)?;
            return Ok(Given::Passkey(token, credential));
        }
        fields::read(|r| {
            only_one(r);
            Given::PasswordOrCode(if self.code.is_given() {
                Presented::Code(r.secret("code", self.code))
            } else {
                Presented::Password(r.secret("password", self.password))
            })
        })
    }
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/reauthenticate", Guard::Session, to(post))
        .about(
            Tag::Sessions,
            "Reauthenticates the caller.

            Sensitive calls of this session then need no password for 10 minutes.",
        )
        .takes::<Body>()
        .answers_nothing("Proved.")
        .limited()
        .refuses(&[
            codes::WRONG_PASSWORD,
            codes::WRONG_CODE,
            codes::TOTP_NOT_ENABLED,
            codes::CONFLICT,
        ])
        .on_sites_with(Part::Passkeys)
        .refuses(&[
            codes::DEAD_CHALLENGE,
            codes::UNKNOWN_PASSKEY,
            codes::WRONG_PASSKEY,
        ])
}

async fn post(
    state: State,
    user: ApiUser,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let presented = match body.given()? {
        Given::PasswordOrCode(presented) => presented,
        Given::Passkey(challenge, credential) => {
            let proven =
                passkey::present(&state.services, &user.who, &challenge, &credential, &client);
            return by_passkey(proven.await?);
        }
    };
    match proof::present(&state.services, &user.who, &presented, &client).await? {
        Outcome::Proven { .. } => Ok(HttpResponse::NoContent().finish()),
        Outcome::WrongPassword => Err(refusals::wrong_password("password")),
        Outcome::WrongCode(fault) => Err(refusals::invalid_code(codes::WRONG_CODE, fault)),
        Outcome::NoSecondFactor => Err(codes::TOTP_NOT_ENABLED.into()),
        Outcome::Overtaken => Err(codes::CONFLICT.into()),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

fn by_passkey(outcome: passkey::Outcome) -> WebResult {
    match outcome {
        passkey::Outcome::Proven => Ok(HttpResponse::NoContent().finish()),
        passkey::Outcome::Unknown => Err(codes::UNKNOWN_PASSKEY.into()),
        passkey::Outcome::Wrong(why) => Err(refusals::invalid_passkey(codes::WRONG_PASSKEY, why)),
        passkey::Outcome::Expired => Err(refusals::dead_challenge()),
        passkey::Outcome::Overtaken => Err(codes::CONFLICT.into()),
        passkey::Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

pub(super) fn options_call() -> Call {
    let path = "/api/auth/reauthenticate/options";
    Call::post(path, Guard::Session, to(post_options))
        .about(
            Tag::Sessions,
            "Options for reauthenticating with a passkey of the user.",
        )
        .part_of(Part::Passkeys)
        .answers::<Options>(200, "For `navigator.credentials.get`.")
}

async fn post_options(state: State, user: ApiUser) -> WebResult {
    let challenge = passkey::options(&state.services, &user.who).await?;
    Ok(HttpResponse::Ok().json(Options::from(challenge)))
}

//! `POST /api/auth/register`.

use actix_web::http::StatusCode;
use serde::Deserialize;

use super::{
    dto,
    fields::{self, Field},
    refusals,
};
use crate::{
    flows::register::{self, Input, Outcome},
    web::{
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        state::State,
    },
};

/// The body.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Body {
    email: Field,
    password: Field,
    display_name: Field,
}

impl Body {
    fn input(self) -> WebResult<Input> {
        fields::read(|r| Input {
            email: r.text("email", self.email),
            password: r.secret("password", self.password),
            display_name: r
                .optional("display_name", self.display_name)
                .map_or_else(String::new, |name| name.expose().to_owned()),
            replaces: None,
        })
    }
}

/// Makes an account.
pub async fn post(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    match register::register(&state.services, body.input()?, &client).await? {
        Outcome::SignedIn(pair) => Ok(dto::signed_in(StatusCode::CREATED, &pair)),
        Outcome::VerificationSent => Ok(dto::accepted("verification_sent")),
        Outcome::EmailTaken => Err(refusals::email_taken()),
        Outcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        Outcome::Closed => Err(refusals::registration_closed()),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

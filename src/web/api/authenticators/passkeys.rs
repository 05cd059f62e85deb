//! `POST /api/auth/passkeys/options`, `POST` and `GET /api/auth/passkeys`, `PATCH` and
//! `DELETE /api/auth/passkeys/{id}`.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Path, to},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{AllOfBuilder, RefOr, Schema, schema::AnyOfBuilder},
};
use uuid::Uuid;

use super::totp::{AddedAnswer, PasswordBody};
use crate::{
    flows::authenticators::{
        passkeys::{self, New, Passkey, Refused},
        proof::FactorProven,
    },
    web::{
        api::{
            call::Call,
            dto,
            passkey::{Options, read},
            schemas,
            tag::Tag,
            texts::{CurrentPassword, DisplayName, Token},
        },
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUser, ClientInfo, MayProve, RecentlyAuthenticatedCall},
        fields::{self, Field},
        guard::Guard,
        parts::Part,
        problem::{codes, refusals},
        state::State,
    },
};

/// A passkey. Times are RFC 3339, in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = Passkey)]
struct PasskeyAnswer {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    name: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTime<Utc>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    last_used_at: Option<DateTime<Utc>>,
    /// Whether it has been copied to other devices of the user, as far as is known; else it is bound to one.
    synced: bool,
}

impl From<Passkey> for PasskeyAnswer {
    fn from(passkey: Passkey) -> Self {
        Self {
            id: passkey.id,
            name: passkey.name,
            created_at: passkey.created_at,
            last_used_at: passkey.last_used_at,
            synced: passkey.synced,
        }
    }
}

pub(super) fn options_call() -> Call {
    Call::post(
        "/api/auth/passkeys/options",
        Guard::Session,
        to(post_options),
    )
    .about(
        Tag::SecondFactor,
        "Options for a new passkey.

            Where a second factor is enrolled, the recent reauthentication has to include it.",
    )
    .part_of(Part::Passkeys)
    .takes_with_proof::<PasswordBody>()
    .answers::<Options>(200, "For `navigator.credentials.create`.")
    .refuses(&[
        codes::EMAIL_NOT_VERIFIED,
        codes::ACCOUNT_FROZEN,
        codes::TOO_MANY_PASSKEYS,
    ])
}

async fn post_options(
    state: State,
    call: RecentlyAuthenticatedCall<PasswordBody, FactorProven>,
) -> WebResult {
    let options = passkeys::options(&state.services, &call.proven).await?;
    let challenge = options.map_err(|why| refused(&why))?;
    Ok(HttpResponse::Ok().json(Options::from(challenge)))
}

/// The body that adds a passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewPasskey)]
struct Body {
    #[schema(value_type = Token)]
    challenge_token: Field,
    /// `PublicKeyCredential.toJSON()`.
    #[serde(default)]
    #[schema(value_type = Object)]
    credential: Value,
    /// Without one, the name of the browser.
    #[schema(value_type = Option<DisplayName>)]
    name: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

impl MayProve for Body {
    fn password(&mut self) -> &mut Field {
        &mut self.password
    }
}

pub(super) fn create_call() -> Call {
    Call::post("/api/auth/passkeys", Guard::Session, to(post))
        .about(
            Tag::SecondFactor,
            "Adds a passkey. Every other session ends.

            An answer to the options works once, in the session that asked for them.",
        )
        .part_of(Part::Passkeys)
        .takes_with_proof::<Body>()
        .answers::<MadeAndPair>(
            201,
            "The passkey, backup codes unless there is another second factor, and a pair. No pair if this session \
             has ended in the meantime.",
        )
        .refuses(&[
            codes::EMAIL_NOT_VERIFIED,
            codes::DEAD_CHALLENGE,
            codes::WRONG_PASSKEY,
            codes::PASSKEY_KNOWN,
            codes::TOO_MANY_PASSKEYS,
            codes::ACCOUNT_FROZEN,
        ])
}

#[derive(Serialize)]
struct Made {
    #[serde(flatten)]
    passkey: PasskeyAnswer,
    #[serde(flatten)]
    added: AddedAnswer,
}

async fn post(
    state: State,
    call: RecentlyAuthenticatedCall<Body, FactorProven>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let body = call.body;
    let name = fields::read(|r| r.text_or_empty("name", body.name))?;
    let (challenge, credential) = read(body.challenge_token, body.credential)?;
    let new = New {
        challenge,
        credential,
        name,
    };
    let made = passkeys::create(&state.services, &call.proven, &new, &client)
        .await?
        .map_err(|why| refused(&why))?;
    let own = Made {
        added: AddedAnswer::of(&made.added),
        passkey: made.passkey.into(),
    };
    let pair = made.added.pair.as_ref();
    let mut answer = dto::renewed_beside(&state.settings, call.via, own, pair);
    *answer.status_mut() = StatusCode::CREATED;
    Ok(answer)
}

/// The passkeys of the user, the oldest first.
#[derive(Serialize, ToSchema)]
#[schema(as = Passkeys)]
struct List {
    #[schema(max_items = 25)]
    passkeys: Vec<PasskeyAnswer>,
}

pub(super) fn list_call() -> Call {
    Call::get("/api/auth/passkeys", Guard::Session, to(get))
        .about(
            Tag::SecondFactor,
            "The passkeys of the user, the oldest first.",
        )
        .part_of(Part::Passkeys)
        .answers::<List>(200, "At most 25.")
}

async fn get(state: State, user: ApiUser) -> WebResult {
    let passkeys = passkeys::list(&state.services, user.who.user()).await?;
    Ok(HttpResponse::Ok().json(List {
        passkeys: passkeys.into_iter().map(PasskeyAnswer::from).collect(),
    }))
}

/// The body of a new name.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasskeyName)]
struct NameBody {
    #[schema(value_type = DisplayName)]
    name: Field,
}

pub(super) fn rename_call() -> Call {
    Call::patch("/api/auth/passkeys/{id}", Guard::Session, to(patch))
        .about(Tag::SecondFactor, "Gives a passkey another name.")
        .part_of(Part::Passkeys)
        .id("id", "The passkey.")
        .takes::<NameBody>()
        .answers::<PasskeyAnswer>(200, "The passkey.")
        .limited()
        .refuses(&[codes::NOT_FOUND, codes::CONFLICT])
}

async fn patch(
    state: State,
    ApiUser { who, .. }: ApiUser,
    id: Path<String>,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<NameBody>,
) -> WebResult {
    let id = refusals::passkey_id(&id)?;
    let name = fields::read(|r| r.text("name", body.name))?;
    let passkey = passkeys::rename(&state.services, &who, id, &name, &client)
        .await?
        .map_err(|why| refused(&why))?;
    Ok(HttpResponse::Ok().json(PasskeyAnswer::from(passkey)))
}

pub(super) fn remove_call() -> Call {
    Call::delete("/api/auth/passkeys/{id}", Guard::Session, to(delete))
        .about(
            Tag::SecondFactor,
            "Removes a passkey. Every other session ends.

            The recent reauthentication has to include a second factor.",
        )
        .part_of(Part::Passkeys)
        .id("id", "The passkey.")
        .takes_with_proof::<PasswordBody>()
        .answers::<dto::RenewedPair<'static>>(200, "Removed.")
        .answers_nothing("Removed; this session has ended in the meantime.")
        .refuses(&[codes::NOT_FOUND, codes::ACCOUNT_FROZEN])
}

async fn delete(
    state: State,
    call: RecentlyAuthenticatedCall<PasswordBody, FactorProven>,
    id: Path<String>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let id = refusals::passkey_id(&id)?;
    let pair = passkeys::remove(&state.services, &call.proven, id, &client)
        .await?
        .map_err(|why| refused(&why))?;
    Ok(match pair {
        Some(pair) => dto::renewed(&state.settings, call.via, &pair),
        None => HttpResponse::NoContent().finish(),
    })
}

fn refused(why: &Refused) -> WebError {
    match why {
        Refused::NotFound => refusals::no_such_passkey(),
        Refused::EmailUnverified => codes::EMAIL_NOT_VERIFIED.into(),
        Refused::Frozen(until) => refusals::account_frozen(until),
        Refused::TooMany => codes::TOO_MANY_PASSKEYS.into(),
        Refused::Expired => refusals::dead_challenge(),
        Refused::Wrong(why) => refusals::invalid_passkey(codes::WRONG_PASSKEY, *why),
        Refused::Known => codes::PASSKEY_KNOWN.into(),
        Refused::Invalid(faults) => refusals::invalid(faults),
        Refused::Throttled(wait) => WebError::Throttled(*wait),
        Refused::Overtaken => codes::CONFLICT.into(),
    }
}

/// A passkey with what it brings and a pair, or without a pair if the session has ended in the meantime.
struct MadeAndPair;

impl PartialSchema for MadeAndPair {
    fn schema() -> RefOr<Schema> {
        let made = || {
            AllOfBuilder::new()
                .item(schemas::reference::<PasskeyAnswer>())
                .item(schemas::reference::<AddedAnswer>())
        };
        AnyOfBuilder::new()
            .item(made().item(schemas::reference::<dto::RenewedPair<'_>>()))
            .item(made())
            .into()
    }
}

impl ToSchema for MadeAndPair {
    fn schemas(schemas: &mut schemas::Named) {
        schemas::collect::<PasskeyAnswer>(schemas);
        schemas::collect::<AddedAnswer>(schemas);
        schemas::collect::<dto::RenewedPair<'_>>(schemas);
    }
}

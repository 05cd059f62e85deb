//! The answers of the API, field by field.

use actix_web::{HttpResponse, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema, schema::AnyOfBuilder},
};
use uuid::Uuid;

use super::schemas;
use crate::{
    domain::accounts::user::User,
    flows::{self, PendingSignIn},
    web::{cookies::SetCookies, extract::Via, state::WebSettings},
};

/// A user, as they see themselves.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(super) struct UserAnswer {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    email: String,
    #[schema(required)]
    display_name: Option<String>,
    #[schema(schema_with = schemas::role)]
    role: &'static str,
    email_verified: bool,
    two_factor_enabled: bool,
    /// While true, calls that act for the user refuse with `password_change_required`.
    password_must_change: bool,
    /// RFC 3339, in UTC.
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTime<Utc>,
}

impl From<&User> for UserAnswer {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            display_name: user.display_name.clone(),
            role: user.role.as_str(),
            email_verified: user.email_verified(),
            two_factor_enabled: user.two_factor_enabled(),
            password_must_change: user.password_must_change,
            created_at: user.created_at,
        }
    }
}

/// A token pair that is set as cookies: what the body may say about it.
#[derive(Serialize, ToSchema)]
pub(super) struct PairInCookies {
    /// Seconds until the access token expires.
    expires_in: i64,
    /// Seconds until the refresh token expires.
    refresh_expires_in: i64,
    user: UserAnswer,
}

impl From<&flows::TokenPair> for PairInCookies {
    fn from(pair: &flows::TokenPair) -> Self {
        Self {
            expires_in: pair.expires_in,
            refresh_expires_in: pair.refresh_expires_in,
            user: (&pair.user).into(),
        }
    }
}

/// A token pair.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenPair)]
pub(super) struct TokenPair<'a> {
    /// Authenticates calls, as `Authorization: Bearer`.
    access_token: &'a str,
    /// Exchanged for the next pair at `/api/auth/refresh`.
    refresh_token: &'a str,
    #[schema(schema_with = schemas::bearer)]
    token_type: &'static str,
    #[serde(flatten)]
    rest: PairInCookies,
}

impl<'a> From<&'a flows::TokenPair> for TokenPair<'a> {
    fn from(pair: &'a flows::TokenPair) -> Self {
        Self {
            access_token: pair.access_token.expose(),
            refresh_token: pair.refresh_token.expose(),
            token_type: "bearer",
            rest: pair.into(),
        }
    }
}

/// A pair, returned in the way the old one was sent.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum RenewedPair<'a> {
    /// To a bearer.
    InBody(TokenPair<'a>),
    /// To a browser.
    InCookies(PairInCookies),
}

/// `anyOf`, since `PairInCookies` is a part of `TokenPair`.
impl PartialSchema for RenewedPair<'_> {
    fn schema() -> RefOr<Schema> {
        AnyOfBuilder::new()
            .description(Some(
                "A token pair, returned the way the old one was sent: in the body or in cookies.",
            ))
            .item(schemas::reference::<TokenPair<'_>>())
            .item(schemas::reference::<PairInCookies>())
            .into()
    }
}

impl ToSchema for RenewedPair<'_> {
    fn schemas(schemas: &mut schemas::Named) {
        schemas::collect::<TokenPair<'_>>(schemas);
        schemas::collect::<PairInCookies>(schemas);
    }
}

impl<'a> RenewedPair<'a> {
    fn new(pair: &'a flows::TokenPair, via: Via) -> Self {
        match via {
            Via::Bearer => Self::InBody(pair.into()),
            Via::Cookie => Self::InCookies(pair.into()),
        }
    }
}

/// Own fields of an answer, with a pair beside them.
#[derive(Serialize)]
struct Beside<'a, T> {
    #[serde(flatten)]
    own: T,
    #[serde(flatten)]
    pair: Option<RenewedPair<'a>>,
}

/// A session began: its pair is in the body.
pub(super) fn signed_in(status: StatusCode, pair: &flows::TokenPair) -> HttpResponse {
    HttpResponse::build(status).json(SignInAnswer::SignedIn(pair.into()))
}

/// A session continues with a new pair, returned in the way the old one was sent.
pub(super) fn renewed(settings: &WebSettings, via: Via, pair: &flows::TokenPair) -> HttpResponse {
    let response = HttpResponse::Ok().json(RenewedPair::new(pair, via));
    with_pair_cookies(response, settings, via, pair)
}

/// The same with further fields of the answer. Without a pair, the session has ended in the meantime.
pub(super) fn renewed_beside(
    settings: &WebSettings,
    via: Via,
    own: impl Serialize,
    pair: Option<&flows::TokenPair>,
) -> HttpResponse {
    let answer = Beside {
        own,
        pair: pair.map(|pair| RenewedPair::new(pair, via)),
    };
    let response = HttpResponse::Ok().json(answer);
    match pair {
        Some(pair) => with_pair_cookies(response, settings, via, pair),
        None => response,
    }
}

fn with_pair_cookies(
    response: HttpResponse,
    settings: &WebSettings,
    via: Via,
    pair: &flows::TokenPair,
) -> HttpResponse {
    match via {
        Via::Bearer => response,
        Via::Cookie => response.with_cookies(settings.pair_cookies(pair)),
    }
}

/// The first factor was right; a code is required at `/api/auth/login/mfa`.
#[derive(Serialize, ToSchema)]
#[schema(as = Challenge)]
pub(super) struct Challenge<'a> {
    #[schema(schema_with = schemas::yes)]
    mfa_required: bool,
    mfa_token: &'a str,
    #[schema(schema_with = schemas::methods)]
    methods: &'a [&'static str],
    /// Seconds until `mfa_token` expires.
    expires_in: i64,
}

/// What right credentials give.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = SignInAnswer)]
pub(super) enum SignInAnswer<'a> {
    /// A session began.
    SignedIn(TokenPair<'a>),
    /// A code is required.
    SecondFactor(Challenge<'a>),
}

/// The first factor was right; a code is required.
pub(super) fn second_factor_required(pending: &PendingSignIn) -> HttpResponse {
    HttpResponse::Ok().json(SignInAnswer::SecondFactor(Challenge {
        mfa_required: true,
        mfa_token: pending.token.expose(),
        methods: &pending.methods,
        expires_in: pending.expires_in,
    }))
}

/// A mail says how to continue.
#[derive(Serialize, ToSchema)]
pub(super) struct VerificationSent {
    #[schema(schema_with = schemas::verification_sent)]
    status: &'static str,
}

/// 202: the account, if it was made, waits for its address to be verified.
pub(super) fn verification_sent() -> HttpResponse {
    let status = "verification_sent";
    HttpResponse::Accepted().json(VerificationSent { status })
}

/// The same for every address.
#[derive(Serialize, ToSchema)]
pub(super) struct Accepted {
    #[schema(schema_with = schemas::accepted)]
    status: &'static str,
}

/// 202: a mail may be on its way.
pub(super) fn accepted() -> HttpResponse {
    let status = "accepted";
    HttpResponse::Accepted().json(Accepted { status })
}

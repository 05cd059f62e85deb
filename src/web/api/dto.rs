//! The answers of the API, field by field.

use actix_web::{HttpResponse, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    domain::user::User,
    flows::{PendingSignIn, TokenPair},
    web::{cookies::SetCookies, extract::Via, state::WebSettings},
};

/// A user, as they see themselves.
#[derive(Debug, Serialize)]
pub(super) struct UserAnswer {
    id: Uuid,
    email: String,
    display_name: Option<String>,
    role: &'static str,
    email_verified: bool,
    two_factor_enabled: bool,
    password_must_change: bool,
    /// RFC 3339, in UTC.
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

/// A token pair; where it travels in cookies, what may be told of it.
#[derive(Serialize)]
struct PairAnswer<'a> {
    #[serde(flatten)]
    tokens: Option<Tokens<'a>>,
    /// Seconds until the access token expires.
    expires_in: i64,
    /// Seconds until the refresh token expires.
    refresh_expires_in: i64,
    user: UserAnswer,
}

#[derive(Serialize)]
struct Tokens<'a> {
    access_token: &'a str,
    refresh_token: &'a str,
    token_type: &'static str,
}

impl<'a> PairAnswer<'a> {
    fn new(pair: &'a TokenPair, via: Via) -> Self {
        let tokens = || Tokens {
            access_token: pair.access_token.expose(),
            refresh_token: pair.refresh_token.expose(),
            token_type: "bearer",
        };
        Self {
            tokens: (via == Via::Bearer).then(tokens),
            expires_in: pair.expires_in,
            refresh_expires_in: pair.refresh_expires_in,
            user: (&pair.user).into(),
        }
    }
}

/// Own fields of an answer, with a pair beside them.
#[derive(Serialize)]
struct Beside<'a, T> {
    #[serde(flatten)]
    own: T,
    #[serde(flatten)]
    pair: Option<PairAnswer<'a>>,
}

/// A session began: its pair in the body.
pub(super) fn signed_in(status: StatusCode, pair: &TokenPair) -> HttpResponse {
    HttpResponse::build(status).json(PairAnswer::new(pair, Via::Bearer))
}

/// A session goes on with a new pair, given the way the old one came.
pub(super) fn renewed(settings: &WebSettings, via: Via, pair: &TokenPair) -> HttpResponse {
    let response = HttpResponse::Ok().json(PairAnswer::new(pair, via));
    with_pair_cookies(response, settings, via, pair)
}

/// The same beside the answer's own fields. Without a pair, the session ended meanwhile.
pub(super) fn renewed_beside(
    settings: &WebSettings,
    via: Via,
    own: impl Serialize,
    pair: Option<&TokenPair>,
) -> HttpResponse {
    let answer = Beside {
        own,
        pair: pair.map(|pair| PairAnswer::new(pair, via)),
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
    pair: &TokenPair,
) -> HttpResponse {
    match via {
        Via::Bearer => response,
        Via::Cookie => response.with_cookies(settings.pair_cookies(pair)),
    }
}

#[derive(Serialize)]
struct SecondFactorAnswer<'a> {
    mfa_required: bool,
    mfa_token: &'a str,
    methods: [&'static str; 2],
    /// Seconds until `mfa_token` expires.
    expires_in: i64,
}

/// The first factor was right; a code is asked for.
pub(super) fn second_factor_required(pending: &PendingSignIn) -> HttpResponse {
    HttpResponse::Ok().json(SecondFactorAnswer {
        mfa_required: true,
        mfa_token: pending.token.expose(),
        methods: ["totp", "backup_code"],
        expires_in: pending.expires_in,
    })
}

#[derive(Serialize)]
struct Status {
    status: &'static str,
}

/// 202: a mail will say how to go on.
pub(super) fn accepted(status: &'static str) -> HttpResponse {
    HttpResponse::Accepted().json(Status { status })
}

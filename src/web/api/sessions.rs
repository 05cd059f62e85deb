//! `GET /api/auth/sessions`, `DELETE /api/auth/sessions/{id}` and
//! `DELETE /api/auth/trusted-devices/{id}`.

pub(in crate::web::api) mod logout;
mod me;
mod refresh;

use std::net::IpAddr;

use actix_web::{
    HttpResponse,
    web::{Path, Query, to},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    domain::sign_in::device::DeviceCookie,
    flows::{
        authenticators::proof,
        sessions::{
            Listed, Outcome,
            devices::{self, Devices},
            sign_out,
        },
        sign_in::trusted_devices,
    },
    web::{
        api::{call::Call, tag::Tag},
        copy,
        error::{WebError, WebResult},
        extract::{ApiUser, ClientInfo, CursorQuery, Via},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};
use logout::signed_out;

pub(super) fn calls() -> Vec<Call> {
    vec![
        me::call(),
        refresh::call(),
        logout::call(),
        logout::all_call(),
        list_call(),
        end_call(),
        untrust_call(),
    ]
}

#[derive(Serialize, ToSchema)]
#[schema(as = Sessions)]
struct SessionsAnswer {
    sessions: Vec<SessionAnswer>,
    /// The browsers that sign in without a code, the last used first. All of them, on the first page.
    trusted_devices: Vec<TrustedAnswer>,
    /// The `cursor` of the next page, where there is one.
    #[schema(required)]
    next: Option<String>,
}

/// A trusted browser. Times are RFC 3339, in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = TrustedDevice)]
struct TrustedAnswer {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// If the user agent says so.
    #[schema(required)]
    browser: Option<String>,
    #[schema(required)]
    system: Option<String>,
    /// The client's address at the last sign-in.
    #[schema(required, value_type = Option<String>)]
    ip: Option<IpAddr>,
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTime<Utc>,
    /// The last sign-in.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: DateTime<Utc>,
    #[schema(value_type = String, format = DateTime)]
    expires_at: DateTime<Utc>,
}

impl From<Listed> for TrustedAnswer {
    fn from(listed: Listed) -> Self {
        Self {
            id: listed.id,
            browser: listed.device.browser,
            system: listed.device.system,
            ip: listed.ip,
            created_at: listed.created_at,
            last_used_at: listed.last_seen_at,
            expires_at: listed.expires_at,
        }
    }
}

/// An active session. Times are RFC 3339, in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
struct SessionAnswer {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// Whether this call came in it.
    current: bool,
    /// If the user agent says so.
    #[schema(required)]
    browser: Option<String>,
    #[schema(required)]
    system: Option<String>,
    /// The client's address when it was last seen.
    #[schema(required, value_type = Option<String>)]
    ip: Option<IpAddr>,
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTime<Utc>,
    /// To the minute or so.
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: DateTime<Utc>,
    /// Unless it is refreshed before.
    #[schema(value_type = String, format = DateTime)]
    expires_at: DateTime<Utc>,
}

impl From<Listed> for SessionAnswer {
    fn from(listed: Listed) -> Self {
        Self {
            id: listed.id,
            current: listed.is_this,
            browser: listed.device.browser,
            system: listed.device.system,
            ip: listed.ip,
            created_at: listed.created_at,
            last_seen_at: listed.last_seen_at,
            expires_at: listed.expires_at,
        }
    }
}

fn list_call() -> Call {
    Call::get("/api/auth/sessions", Guard::Session, to(get))
        .about(
            Tag::Sessions,
            "The active sessions of the user, 50 a page, this one first, and the trusted browsers.",
        )
        .query::<CursorQuery>()
        .answers::<SessionsAnswer>(200, "A page of the sessions.")
}

async fn get(state: State, user: ApiUser, query: Query<CursorQuery>) -> WebResult {
    let no_cookie = DeviceCookie::default();
    let listed = devices::list(&state.services, &user.who, &query.cursor, &no_cookie)
        .await?
        .map_err(|faults| refusals::invalid(&faults))?;
    let Devices { sessions, trusted } = listed;
    Ok(HttpResponse::Ok().json(SessionsAnswer {
        sessions: sessions.rows.into_iter().map(SessionAnswer::from).collect(),
        trusted_devices: trusted.into_iter().map(TrustedAnswer::from).collect(),
        next: sessions.next,
    }))
}

fn end_call() -> Call {
    Call::delete("/api/auth/sessions/{id}", Guard::Session, to(delete))
        .about(
            Tag::Sessions,
            "Ends one of them.

            For the session of this call it is signing out, which needs no reauthentication.",
        )
        .id("id", "An id from the list.")
        .answers_nothing("The session and its tokens have ended.")
        .refuses(&[codes::NOT_FOUND, codes::REAUTHENTICATION_REQUIRED])
}

async fn delete(
    state: State,
    user: ApiUser,
    id: Path<String>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let not_found = || WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_SESSION);
    let id = Uuid::try_parse(&id).map_err(|_| not_found())?;
    let services = &state.services;
    if user.who.session_id == Some(id) {
        sign_out::this_session(services, &user.who, &client).await?;
        return Ok(signed_out(&state.settings, user.via == Via::Cookie));
    }
    let proven = proof::recent(services, &user.who).ok_or(codes::REAUTHENTICATION_REQUIRED)?;
    let outcome = devices::revoke(services, &proven, id, &client).await?;
    answer(outcome, not_found)
}

fn untrust_call() -> Call {
    Call::delete(
        "/api/auth/trusted-devices/{id}",
        Guard::Session,
        to(delete_trusted),
    )
    .about(
        Tag::Sessions,
        "Ends the trust in a browser: it is asked for codes again.",
    )
    .id("id", "An id from the list of sessions.")
    .answers_nothing("No longer trusted. Its sessions continue.")
    .refuses(&[codes::NOT_FOUND, codes::REAUTHENTICATION_REQUIRED])
}

async fn delete_trusted(
    state: State,
    user: ApiUser,
    id: Path<String>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let not_found = || WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_TRUSTED);
    let id = Uuid::try_parse(&id).map_err(|_| not_found())?;
    let services = &state.services;
    let proven = proof::recent(services, &user.who).ok_or(codes::REAUTHENTICATION_REQUIRED)?;
    let outcome = trusted_devices::revoke(services, &proven, id, &client).await?;
    answer(outcome, not_found)
}

fn answer(outcome: Outcome, not_found: impl FnOnce() -> WebError) -> WebResult {
    match outcome {
        Outcome::Revoked => Ok(HttpResponse::NoContent().finish()),
        Outcome::NotFound => Err(not_found()),
        Outcome::Overtaken => Err(WebError::Unauthorized),
    }
}

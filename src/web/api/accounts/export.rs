//! `GET /api/auth/export`.

use actix_web::{HttpRequest, http::Method, web::to};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    flows::{
        accounts::export::{self, Outcome},
        authenticators::proof,
    },
    web::{
        api::{call::Call, tag::Tag},
        download::{self, Kind},
        error::{WebError, WebResult},
        extract::{ApiUser, ClientInfo, Via},
        guard::Guard,
        middleware::same_origin::is_own_or_listed,
        problem::codes,
        state::State,
    },
};

/// Everything that is held on the user. `docs/export.schema.json` of the project has the JSON Schema of it.
#[derive(ToSchema)]
#[schema(as = DataExport)]
#[expect(dead_code, reason = "a type that is described, never made")]
struct Document {
    format: String,
    version: i32,
    /// RFC 3339, in UTC, as are all times in it.
    #[schema(format = DateTime)]
    exported_at: String,
    #[schema(value_type = Object)]
    profile: Value,
    #[schema(value_type = Vec<Object>)]
    addresses: Vec<Value>,
    /// The change of address that waits for its link.
    #[schema(required, value_type = Option<Object>)]
    email_change: Option<Value>,
    /// Their kinds and dates.
    #[schema(value_type = Vec<Object>)]
    factors: Vec<Value>,
    /// Active and ended ones.
    #[schema(value_type = Vec<Object>)]
    sessions: Vec<Value>,
    /// Trusted browsers.
    #[schema(value_type = Vec<Object>)]
    devices: Vec<Value>,
    /// Which were sent, and when.
    #[schema(value_type = Vec<Object>)]
    mails: Vec<Value>,
    /// The newest first.
    #[schema(value_type = Vec<Object>)]
    events: Vec<Value>,
}

pub(super) fn call() -> Call {
    Call::get("/api/auth/export", Guard::Session, to(get))
        .about(
            Tag::Account,
            "A copy of everything held on the user.

            It needs a recent reauthentication, is an event, and is reported by mail. The document is sent as it is read: one
            that breaks off is not whole. With cookies, the call must come from our own origin or a listed one.",
        )
        .answers::<Document>(200, "The document.")
        .limited()
        .refuses(&[codes::REAUTHENTICATION_REQUIRED, codes::CROSS_SITE_REQUEST])
}

async fn get(
    state: State,
    ApiUser { who, via }: ApiUser,
    ClientInfo(client): ClientInfo,
    req: HttpRequest,
) -> WebResult {
    let is_head = req.method() == Method::HEAD;
    // A GET writes an event and a mail, which a link on another site must not bring about.
    if !is_head && via == Via::Cookie && !is_own_or_listed(req.headers(), &state.settings) {
        return Err(codes::CROSS_SITE_REQUEST.into());
    }
    let proven = proof::recent(&state.services, &who).ok_or(codes::REAUTHENTICATION_REQUIRED)?;
    if is_head {
        return Ok(download::head(&state, Kind::DATA).finish());
    }
    match export::begin(&state.services, &proven, &client).await? {
        Outcome::Begun(file) => Ok(download::send(state, Kind::DATA, *file)),
        Outcome::Overtaken => Err(WebError::Unauthorized),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

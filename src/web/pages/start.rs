//! The paths that only lead somewhere else.

use actix_web::{HttpResponse, http::header};
use serde_json::json;

use super::answer::see_other;
use crate::web::{
    error::WebResult,
    extract::MaybeUser,
    paths::{ACCOUNT, CHANGE_PASSWORD, LOGIN, PASSKEYS},
    problem::codes,
    state::State,
};

/// `GET /`: to the account, or to the sign-in page.
pub async fn get(MaybeUser(who): MaybeUser) -> HttpResponse {
    see_other(if who.is_some() { ACCOUNT } else { LOGIN })
}

/// `GET /.well-known/change-password`, where password managers look (W3C).
pub async fn change_password() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, CHANGE_PASSWORD))
        .finish()
}

/// `GET /.well-known/passkey-endpoints`, where password managers look (W3C).
pub async fn passkey_endpoints(state: State) -> HttpResponse {
    let link = state.services.site.link(PASSKEYS);
    HttpResponse::Ok().json(json!({ "enroll": format!("{link}/add"), "manage": link }))
}

/// `GET /.well-known/webauthn`: the origins whose pages may ask for the passkeys of this site (WebAuthn, 5.11.1).
pub async fn related_origins(state: State) -> WebResult {
    let Some(webauthn) = &state.services.webauthn else {
        return Err(codes::NOT_FOUND.into());
    };
    let origins = webauthn.party().origins.iter();
    let origins: Vec<String> = origins
        .map(|origin| origin.origin().ascii_serialization())
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "origins": origins })))
}

//! `GET /api/openapi.json`: the API described (`OpenAPI` 3.1), generated from the handlers.
//!
//! Each handler describes its call where it stands; here the calls are listed, and what depends on
//! the settings is filled in. A test compares this list with `routes.rs`, both ways.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ETag, EntityTag, Header, IfNoneMatch},
};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        Content, PathItem, RefOr, Required, Schema,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{
    accounts::{accept_invitation, change_password, register, verify_email},
    admin::{acts, bulk, dashboard, invitations, users},
    audit,
    authenticators::{reauthenticate, totp},
    sessions::{self, logout, me, refresh},
    sign_in::{login, recover, unlock},
    texts::NewPassword,
};
use crate::web::{
    cookies::CookieName,
    error::WebResult,
    problem::{Problem, described},
    state::{Description, State, WebState},
};

/// Every call, in the order in which somebody meets them.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vestibule",
        description = "Sign-in, second factor and recovery. Bodies are one JSON object of at most 16 KiB, nested at most 32 deep; unknown fields are ignored, a field given twice is refused, `null` counts as missing. A bearer or the access cookie authenticates, not both. A call that came by cookie gets its new pair as cookies; with cookies, every call but GET must come from our own origin or one of `CORS_ORIGINS`. Every refusal is a problem document (RFC 9457): programs read `code`. Every answer carries an `X-Request-Id`, which the log repeats.",
    ),
    paths(
        register::post,
        accept_invitation::post,
        verify_email::post,
        verify_email::post_resend,
        login::post,
        login::post_mfa,
        me::get,
        refresh::post,
        logout::post,
        logout::post_all,
        sessions::get,
        sessions::delete,
        sessions::delete_trusted,
        reauthenticate::post,
        recover::post_forgot,
        recover::post_reset,
        unlock::post,
        change_password::post,
        totp::post_enroll,
        totp::post_confirm,
        totp::post_disable,
        totp::post_backup_codes,
        dashboard::get,
        users::get_all,
        users::get_one,
        users::patch,
        acts::post_disable,
        acts::post_enable,
        acts::post_role,
        acts::post_require_password_change,
        acts::post_unlock,
        acts::post_send_reset,
        acts::post_resend_verification,
        acts::post_reset_two_factor,
        acts::post_revoke_sessions,
        acts::post_revoke_session,
        acts::post_delete,
        acts::post_restore,
        bulk::post,
        audit::get,
        invitations::post,
        invitations::get,
        invitations::post_resend,
        invitations::post_revoke,
    ),
    components(schemas(Problem)),
    tags(
        (name = "Registration", description = "An account, and the proof of its address."),
        (name = "Signing in", description = "Address and password, then a code where one is asked for."),
        (name = "Sessions", description = "Who is signed in, for how long."),
        (name = "Recovery", description = "A new password, and sign-in after too many guesses."),
        (name = "Second factor", description = "Codes of an authenticator app, and backup codes."),
        (name = "Administration", description = "Other people's accounts, for admins."),
    ),
    servers((url = "/")),
)]
struct Calls;

/// Describes the API as these settings make it.
pub fn describe(
    password_min_length: usize,
    secure_cookies: bool,
) -> serde_json::Result<Description> {
    let json = calls(password_min_length, secure_cookies).to_json()?;
    let hash = HEXLOWER.encode(&Sha256::digest(&json)[..8]);
    Ok(Description {
        json,
        // Weak, since it may be sent compressed.
        etag: EntityTag::new_weak(hash),
    })
}

fn calls(password_min_length: usize, secure_cookies: bool) -> utoipa::openapi::OpenApi {
    let mut document = Calls::openapi();
    let components = document.components.get_or_insert_default();
    components
        .responses
        .extend(described::shared().map(|(name, response)| (name, RefOr::T(response))));
    for (path, item) in &mut document.paths.paths {
        complete(path, item, &components.schemas);
    }
    let new_password = components.schemas.get_mut(&*NewPassword::name());
    if let Some(RefOr::T(Schema::Object(text))) = new_password {
        text.min_length = Some(password_min_length);
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An access token."));
    let cookie = |name: CookieName, means: &str| {
        let name = name.on_wire(secure_cookies);
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(name, means)))
    };
    let access = cookie(CookieName::Access, "An access token, as browsers send it.");
    let refresh = cookie(CookieName::Refresh, "A refresh token, as browsers send it.");
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    components.add_security_scheme("access_cookie", access);
    components.add_security_scheme("refresh_cookie", refresh);
    document
}

/// What follows from the path and the fields: a name for each call, and whether its body may stay
/// away.
fn complete(path: &str, item: &mut PathItem, schemas: &BTreeMap<String, RefOr<Schema>>) {
    let name = path
        .trim_start_matches("/api/")
        .replace(['/', '-'], "_")
        .replace(['{', '}'], "");
    let calls = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ];
    for (method, call) in calls {
        let Some(call) = call else { continue };
        call.operation_id = Some(format!("{method}_{name}"));
        if let Some(RefOr::T(body)) = &mut call.request_body {
            let needed = body
                .content
                .values()
                .any(|content| needs_fields(content, schemas));
            body.required = Some(if needed {
                Required::True
            } else {
                Required::False
            });
        }
    }
}

fn needs_fields(content: &RefOr<Content>, schemas: &BTreeMap<String, RefOr<Schema>>) -> bool {
    let RefOr::T(Content {
        schema: Some(RefOr::Ref(reference)),
        ..
    }) = content
    else {
        return true;
    };
    let name = reference
        .ref_location
        .rsplit('/')
        .next()
        .unwrap_or_default();
    match schemas.get(name) {
        Some(RefOr::T(Schema::Object(object))) => !object.required.is_empty(),
        _ => true,
    }
}

/// The description of this process.
pub(in crate::web) fn of(state: &WebState) -> serde_json::Result<&Description> {
    if let Some(built) = state.built_description.get() {
        return Ok(built);
    }
    let min_length = state.services.policy.passwords.min_length;
    let built = describe(min_length, state.settings.secure_cookies)?;
    Ok(state.built_description.get_or_init(|| built))
}

/// The document: public, the same for everybody, and cheap to ask for again.
pub async fn get(req: HttpRequest, state: State) -> WebResult {
    let description = of(&state)?;
    let is_known = IfNoneMatch::parse(&req).is_ok_and(|known| matches(&known, &description.etag));
    let mut response = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .insert_header(ETag(description.etag.clone()));
    if is_known {
        return Ok(response.finish());
    }
    Ok(response
        .content_type("application/json")
        .body(description.json.clone()))
}

fn matches(known: &IfNoneMatch, etag: &EntityTag) -> bool {
    match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|tag| tag.weak_eq(etag)),
    }
}

//! `GET /api/openapi.json`: the API described (`OpenAPI` 3.1), written from the declarations of its calls.

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
        Components, RefOr, Schema,
        schema::ArrayItems,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

use super::{
    call::{ACCESS_COOKIE, BEARER, REFRESH_COOKIE},
    calls,
    tag::Tag,
    texts::NewPassword,
};
use crate::web::{
    cookies::CookieName,
    error::WebResult,
    parts::Parts,
    problem::{Problem, described},
    state::{Description, State, WebState},
};

/// The parts that concern all calls.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vestibule",
        description = "Sign-in, second factor and recovery. Bodies are one JSON object of at most 16 KiB, nested at most 32 deep; unknown fields are ignored, a field given twice is refused, `null` counts as missing. A bearer or the access cookie authenticates, not both. A call that came by cookie gets its new pair as cookies; with cookies, every call but GET must come from our own origin or one of `CORS_ORIGINS`. Every refusal is a problem document (RFC 9457): programs read `code`. Every answer carries an `X-Request-Id`, which the log repeats.",
    ),
    components(schemas(Problem)),
    servers((url = "/")),
)]
struct About;

/// The description of the API under these settings.
pub fn describe(
    password_min_length: usize,
    secure_cookies: bool,
    parts: Parts,
) -> serde_json::Result<Description> {
    let json = document(password_min_length, secure_cookies, parts).to_json()?;
    let hash = HEXLOWER.encode(&Sha256::digest(&json)[..8]);
    Ok(Description {
        json,
        // A weak tag, since the answer may be compressed.
        etag: EntityTag::new_weak(hash),
    })
}

fn document(
    password_min_length: usize,
    secure_cookies: bool,
    parts: Parts,
) -> utoipa::openapi::OpenApi {
    let mut document = About::openapi();
    document.tags = Some(Tag::ALL.map(described_tag).to_vec());
    let mut schemas = Vec::new();
    let mut codes = Vec::new();
    for call in calls(parts) {
        codes.extend(call.all_codes());
        let (method, path, operation) = call.described(&mut schemas);
        document
            .paths
            .add_path_operation(path, vec![method], operation);
    }
    let components = document.components.get_or_insert_default();
    components.schemas.extend(schemas);
    components
        .responses
        .extend(described::shared(&codes).map(|(name, response)| (name, RefOr::T(response))));
    offer(components, parts);
    let new_password = components.schemas.get_mut(&*NewPassword::name());
    if let Some(RefOr::T(Schema::Object(text))) = new_password {
        text.min_length = Some(password_min_length);
    }
    if !parts.passkeys {
        forget_passkeys(&mut components.schemas);
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
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer.build()));
    components.add_security_scheme(ACCESS_COOKIE, access);
    components.add_security_scheme(REFRESH_COOKIE, refresh);
    document
}

/// Removes what schemas of other calls say about passkeys, on a site that has none.
fn forget_passkeys(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    if let Some(RefOr::T(Schema::Object(proof))) = schemas.get_mut("Proof") {
        proof.properties.remove("challenge_token");
        proof.properties.remove("credential");
    }
}

/// Names only the methods of sign-in that the site has.
fn offer(components: &mut Components, parts: Parts) {
    if let Some(RefOr::T(Schema::Object(challenge))) = components.schemas.get_mut("Challenge")
        && let Some(RefOr::T(Schema::Array(methods))) = challenge.properties.get_mut("methods")
        && let ArrayItems::RefOrSchema(method) = &mut methods.items
        && let RefOr::T(Schema::Object(method)) = method.as_mut()
        && let Some(words) = &mut method.enum_values
    {
        words.retain(|word| word.as_str().is_none_or(|word| parts.have_method(word)));
    }
}

fn described_tag((_, name, about): (Tag, &str, &str)) -> utoipa::openapi::Tag {
    TagBuilder::new()
        .name(name)
        .description(Some(about))
        .build()
}

/// The description in this process.
pub(in crate::web) fn of(state: &WebState) -> serde_json::Result<&Description> {
    if let Some(built) = state.built_description.get() {
        return Ok(built);
    }
    let settings = &state.settings;
    let min_length = state.services.policy.passwords.min_length;
    let built = describe(min_length, settings.secure_cookies, settings.parts)?;
    Ok(state.built_description.get_or_init(|| built))
}

/// Public, the same for every client, and cheap to ask for again.
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

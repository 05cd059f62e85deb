//! Refusals as the description of the API tells them.
//!
//! A handler names the codes that its call refuses with (`problems!`),
//! in the sets below and of its own. A status with one code refers to a response that all calls
//! share; a status with several lists them.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use utoipa::openapi::{
    AllOfBuilder, ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response,
    ResponseBuilder,
    schema::{SchemaType, Type},
};

use super::{
    MEDIA_TYPE,
    codes::{
        ADMIN_REQUIRED, AMBIGUOUS_CREDENTIALS, API, BAD_REQUEST, CONFLICT, CROSS_SITE_REQUEST,
        Code, DUPLICATE_COOKIE, INTERNAL_ERROR, INVALID_INPUT, MALFORMED_JSON, MISDIRECTED_REQUEST,
        OVERLOADED, PASSWORD_CHANGE_REQUIRED, PAYLOAD_TOO_LARGE, REAUTHENTICATION_REQUIRED,
        REQUEST_TIMEOUT, TOO_MANY_REQUESTS, UNAUTHORIZED, UNSUPPORTED_MEDIA_TYPE, WRONG_PASSWORD,
    },
};

/// What any call can refuse with.
pub const ANY: &[Code] = &[
    DUPLICATE_COOKIE,
    MISDIRECTED_REQUEST,
    INTERNAL_ERROR,
    OVERLOADED,
];
/// What a call that changes something adds.
pub const UNSAFE: &[Code] = &[CROSS_SITE_REQUEST];
/// What a call with a body adds.
pub const BODY: &[Code] = &[
    MALFORMED_JSON,
    BAD_REQUEST,
    REQUEST_TIMEOUT,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INVALID_INPUT,
];
/// What a call adds that looks for an access token and goes on without one.
pub const MAYBE_SIGNED_IN: &[Code] = &[AMBIGUOUS_CREDENTIALS, UNAUTHORIZED];
/// What a call adds that needs an access token, whatever state its user is in.
pub const SIGNED_IN_ANY_STATE: &[Code] = MAYBE_SIGNED_IN;
/// What a call adds that acts for its user.
pub const SIGNED_IN: &[Code] = &[
    AMBIGUOUS_CREDENTIALS,
    UNAUTHORIZED,
    PASSWORD_CHANGE_REQUIRED,
];
/// What a call adds that needs a recent proof, or takes the password along.
pub const PROVEN: &[Code] = &[
    WRONG_PASSWORD,
    REAUTHENTICATION_REQUIRED,
    CONFLICT,
    TOO_MANY_REQUESTS,
];
/// What a call with a query adds.
pub const QUERY: &[Code] = &[BAD_REQUEST, INVALID_INPUT];
/// What a call for admins adds.
pub const ADMIN: &[Code] = &[ADMIN_REQUIRED];
/// What a call adds that counts attempts.
pub const LIMITED: &[Code] = &[TOO_MANY_REQUESTS];

/// The name of a problem document among the schemas.
const PROBLEM: &str = "Problem";

/// Makes a type that tells what a call refuses with: the name, sets of codes, codes of its own.
macro_rules! problems {
    ($name:ident: $($set:ident)* $([$($own:ident),+])?) => {
        /// What the call refuses with.
        struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::Response>,
            > {
                $crate::web::problem::described::responses(&[
                    $($crate::web::problem::described::$set,)*
                    &[$($($crate::web::problem::codes::$own),+)?],
                ])
            }
        }
    };
}
pub(in crate::web) use problems;

/// The responses of a call that refuses with these codes, by status.
pub fn responses(sets: &[&[Code]]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status = BTreeMap::<u16, Vec<Code>>::new();
    for code in sets.iter().copied().flatten() {
        let of_status = by_status.entry(code.status.as_u16()).or_default();
        if !of_status.contains(code) {
            of_status.push(*code);
        }
    }
    by_status
        .into_iter()
        .map(|(status, codes)| (status.to_string(), response_of(&codes)))
        .collect()
}

fn response_of(codes: &[Code]) -> RefOr<Response> {
    match codes {
        [code] => Ref::from_response_name(name(*code)).into(),
        several => response(several).into(),
    }
}

/// The responses that calls share: one for each code of the API.
pub fn shared() -> impl Iterator<Item = (String, Response)> {
    API.iter().map(|code| (name(*code), response(&[*code])))
}

/// `422-invalid_input`: some words come with more than one status.
fn name(code: Code) -> String {
    format!("{}-{}", code.status.as_u16(), code.word)
}

/// One response, for codes of one status.
fn response(codes: &[Code]) -> Response {
    let status = codes.first().map(|code| code.status).unwrap_or_default();
    let lines: Vec<String> = codes
        .iter()
        .map(|code| format!("`{}`: {}", code.word, code.when))
        .collect();
    let these = ObjectBuilder::new()
        .property("status", one_of(Type::Integer, [status.as_u16()]))
        .property(
            "code",
            one_of(Type::String, codes.iter().map(|code| code.word)),
        );
    let schema = AllOfBuilder::new()
        .item(Ref::from_schema_name(PROBLEM))
        .item(these);
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new()
        .description(lines.join("\n\n"))
        .content(MEDIA_TYPE, content);
    if let Some((header, means, schema)) = header_of(status) {
        let header_value = HeaderBuilder::new()
            .description(Some(means))
            .schema(Some(schema));
        response = response.header(header, header_value.build());
    }
    response.build()
}

fn one_of<T: Into<serde_json::Value>>(
    kind: Type,
    values: impl IntoIterator<Item = T>,
) -> ObjectBuilder {
    let values: Vec<serde_json::Value> = values.into_iter().map(Into::into).collect();
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(kind))
        .enum_values(Some(values))
}

/// The header that a status always comes with.
fn header_of(status: StatusCode) -> Option<(&'static str, &'static str, ObjectBuilder)> {
    match status {
        StatusCode::UNAUTHORIZED => Some((
            "WWW-Authenticate",
            "A way to authenticate (RFC 6750).",
            one_of(Type::String, ["Bearer"]),
        )),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Some((
            "Retry-After",
            "Seconds to wait.",
            ObjectBuilder::new()
                .schema_type(SchemaType::Type(Type::Integer))
                .minimum(Some(0)),
        )),
        _ => None,
    }
}

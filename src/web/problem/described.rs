//! Refusals in the description of the API.
//!
//! A status with one code refers to a response that all calls share. A status with several codes lists
//! them.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use utoipa::openapi::{
    AllOfBuilder, ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response,
    ResponseBuilder,
    schema::{SchemaType, Type},
};

use super::{MEDIA_TYPE, codes::Code};

/// The name of a problem document among the schemas.
const PROBLEM: &str = "Problem";

/// The responses of a call with these codes, by status.
pub(in crate::web) fn responses(codes: &[Code]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status = BTreeMap::<u16, Vec<Code>>::new();
    for code in codes {
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

/// The responses that calls with these codes share: one for each code.
pub(in crate::web) fn shared(codes: &[Code]) -> impl Iterator<Item = (String, Response)> {
    codes.iter().map(|code| (name(*code), response(&[*code])))
}

/// `422-invalid_input`: some codes are used with more than one status.
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

/// The header that is always sent with a status.
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

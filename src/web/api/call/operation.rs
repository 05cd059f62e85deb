//! The OpenAPI description of a call.

use utoipa::openapi::{
    Content, ContentBuilder, HttpMethod, Ref, Required, Response, ResponseBuilder,
    ResponsesBuilder, SecurityRequirement,
    path::{Operation, OperationBuilder},
    request_body::RequestBodyBuilder,
};

use super::{ACCESS_COOKIE, Answer, BEARER, Call};
use crate::web::{
    api::schemas::Named,
    guard::Guard,
    problem::{
        codes::{
            ADMIN_REQUIRED, AMBIGUOUS_CREDENTIALS, BAD_REQUEST, CONFLICT, CROSS_SITE_REQUEST, Code,
            DUPLICATE_COOKIE, INTERNAL_ERROR, INVALID_INPUT, MALFORMED_JSON, MISDIRECTED_REQUEST,
            OVERLOADED, PASSWORD_CHANGE_REQUIRED, PAYLOAD_TOO_LARGE, REAUTHENTICATION_REQUIRED,
            REQUEST_TIMEOUT, TOO_MANY_REQUESTS, UNAUTHORIZED, UNSUPPORTED_MEDIA_TYPE,
            WRONG_PASSWORD,
        },
        described::responses,
    },
};

/// Codes of every call.
const ANY: [Code; 4] = [
    DUPLICATE_COOKIE,
    MISDIRECTED_REQUEST,
    INTERNAL_ERROR,
    OVERLOADED,
];
/// Codes of a call with a body.
const BODY: [Code; 6] = [
    MALFORMED_JSON,
    BAD_REQUEST,
    REQUEST_TIMEOUT,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INVALID_INPUT,
];
/// Codes of a call with a query.
const QUERY: [Code; 2] = [BAD_REQUEST, INVALID_INPUT];
/// Codes of a call that reads an access token.
const TOKEN: [Code; 2] = [AMBIGUOUS_CREDENTIALS, UNAUTHORIZED];
/// Codes of a call that requires recent reauthentication, or the password.
const PROOF: [Code; 4] = [
    WRONG_PASSWORD,
    REAUTHENTICATION_REQUIRED,
    CONFLICT,
    TOO_MANY_REQUESTS,
];

const JSON: &str = "application/json";
impl Call {
    /// All codes with which it may be refused.
    pub(in crate::web::api) fn all_codes(&self) -> Vec<Code> {
        let mut codes = ANY.to_vec();
        if self.method != HttpMethod::Get {
            codes.push(CROSS_SITE_REQUEST);
        }
        if self.body.is_some() {
            codes.extend(BODY);
        }
        if self.has_query {
            codes.extend(QUERY);
        }
        match self.guard {
            Guard::Anyone if self.also_by.contains(&BEARER) => codes.extend(TOKEN),
            Guard::Anyone => {}
            Guard::AnySession => codes.extend(TOKEN),
            Guard::Session => {
                codes.extend(TOKEN);
                codes.push(PASSWORD_CHANGE_REQUIRED);
            }
            Guard::Admin => {
                codes.extend(TOKEN);
                codes.extend([PASSWORD_CHANGE_REQUIRED, ADMIN_REQUIRED]);
            }
        }
        if self.takes_proof {
            codes.extend(PROOF);
        }
        codes.extend(&self.codes);
        codes
    }

    fn security(&self) -> Vec<SecurityRequirement> {
        let by = |name: &&str| SecurityRequirement::new::<_, [&str; 0], _>(*name, []);
        match self.guard {
            Guard::Anyone => {
                let nothing = SecurityRequirement::default();
                [nothing]
                    .into_iter()
                    .chain(self.also_by.iter().map(by))
                    .collect()
            }
            Guard::AnySession | Guard::Session | Guard::Admin => {
                [BEARER, ACCESS_COOKIE].iter().map(by).collect()
            }
        }
    }

    /// Method, path and description for the OpenAPI document; adds the schemas that it refers to.
    pub(in crate::web::api) fn described(
        self,
        schemas: &mut Named,
    ) -> (HttpMethod, String, Operation) {
        let responses = self
            .answers
            .iter()
            .map(|answer| (answer.status.to_string(), answer.described(schemas).into()))
            .chain(responses(&self.all_codes()));
        let responses = ResponsesBuilder::new().responses_from_iter(responses);
        let (summary, description) = paragraphs(self.text);
        let mut operation = OperationBuilder::new()
            .tag(self.tag.name())
            .summary(Some(summary))
            .description(description)
            .operation_id(Some(operation_id(self.verb(), &self.path)))
            .securities(Some(self.security()))
            .responses(responses.build());
        if let Some(body) = &self.body {
            let required = if (body.is_required)() {
                Required::True
            } else {
                Required::False
            };
            let body = RequestBodyBuilder::new()
                .content(JSON, content((body.schema)(schemas)))
                .required(Some(required));
            operation = operation.request_body(Some(body.build()));
        }
        for parameter in self.parameters {
            operation = operation.parameter(parameter);
        }
        (self.method, self.path.into_owned(), operation.build())
    }
}

impl Answer {
    fn described(&self, schemas: &mut Named) -> Response {
        let response = ResponseBuilder::new().description(self.means);
        match self.body {
            Some(schema) => response.content(JSON, content(schema(schemas))).build(),
            None => response.build(),
        }
    }
}

fn content(schema: Ref) -> Content {
    ContentBuilder::new().schema(Some(schema)).build()
}

/// The first paragraph, and the others.
fn paragraphs(text: &str) -> (String, Option<String>) {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let text = lines.join("\n");
    match text.split_once("\n\n") {
        Some((summary, rest)) => (summary.to_owned(), Some(rest.to_owned())),
        None => (text, None),
    }
}

/// `post_auth_login` for `POST /api/auth/login`.
fn operation_id(verb: &str, path: &str) -> String {
    let method = verb.to_ascii_lowercase();
    let name = path
        .trim_start_matches("/api/")
        .replace(['/', '-'], "_")
        .replace(['{', '}'], "");
    format!("{method}_{name}")
}

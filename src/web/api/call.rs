//! One API call: its route, who may make it, what it takes and what it answers.
//!
//! Each is declared beside its handler. The table of routes, the OpenAPI document and the tests that try every guard
//! read the declarations.

use std::borrow::Cow;

use actix_web::{Route, http::Method};
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        Content, ContentBuilder, HttpMethod, ObjectBuilder, Ref, RefOr, Required, Response,
        ResponseBuilder, ResponsesBuilder, Schema, SecurityRequirement,
        path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
        schema::{SchemaFormat, SchemaType, Type},
    },
};

use super::schemas::{Named, collect, reference};
use crate::web::{
    extract::MayProve,
    guard::{Guard, get_or_head},
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
/// Codes of a call that looks for an access token.
const TOKEN: [Code; 2] = [AMBIGUOUS_CREDENTIALS, UNAUTHORIZED];
/// Codes of a call that needs a recent proof, or takes the password as one.
const PROOF: [Code; 4] = [
    WRONG_PASSWORD,
    REAUTHENTICATION_REQUIRED,
    CONFLICT,
    TOO_MANY_REQUESTS,
];

const JSON: &str = "application/json";
/// The names of the ways to authenticate.
pub(super) const BEARER: &str = "bearer";
pub(super) const ACCESS_COOKIE: &str = "access_cookie";
pub(super) const REFRESH_COOKIE: &str = "refresh_cookie";

/// The subject under which the document lists a call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tag {
    Registration,
    SigningIn,
    Sessions,
    Recovery,
    SecondFactor,
    Administration,
}

impl Tag {
    /// Each with its name and what it is about, in the order of the document.
    pub(super) const ALL: [(Self, &str, &str); 6] = [
        (
            Self::Registration,
            "Registration",
            "Creating an account, and verifying its address.",
        ),
        (
            Self::SigningIn,
            "Signing in",
            "Address and password, then a code if one is required.",
        ),
        (
            Self::Sessions,
            "Sessions",
            "The user's sessions and tokens.",
        ),
        (
            Self::Recovery,
            "Recovery",
            "A new password, and sign-in after too many guesses.",
        ),
        (
            Self::SecondFactor,
            "Second factor",
            "Codes of an authenticator app, and backup codes.",
        ),
        (
            Self::Administration,
            "Administration",
            "Other people's accounts, for admins.",
        ),
    ];

    fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// Adds a type to the schemas, with those that it refers to, and refers to it.
type SchemaOf = fn(&mut Named) -> Ref;

fn schema_of<T: ToSchema>(schemas: &mut Named) -> Ref {
    collect::<T>(schemas);
    reference::<T>()
}

/// Whether an object of this type has fields that must be there.
fn needs_fields<T: ToSchema>() -> bool {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => !object.required.is_empty(),
        _ => true,
    }
}

struct Body {
    schema: SchemaOf,
    is_required: fn() -> bool,
}

struct Answer {
    status: u16,
    means: &'static str,
    body: Option<SchemaOf>,
}

/// The declaration of a call.
pub(in crate::web) struct Call {
    pub(in crate::web) path: Cow<'static, str>,
    pub(in crate::web) guard: Guard,
    pub(in crate::web) route: Route,
    method: HttpMethod,
    pub(super) tag: Tag,
    text: &'static str,
    /// Ways to authenticate that the guard does not ask for.
    also_by: &'static [&'static str],
    parameters: Vec<Parameter>,
    body: Option<Body>,
    answers: Vec<Answer>,
    query_codes: &'static [Code],
    proof_codes: &'static [Code],
    codes: Vec<Code>,
}

impl Call {
    fn new(
        method: HttpMethod,
        path: impl Into<Cow<'static, str>>,
        guard: Guard,
        route: Route,
    ) -> Self {
        Self {
            path: path.into(),
            guard,
            route,
            method,
            tag: Tag::Administration,
            text: "",
            also_by: &[],
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            query_codes: &[],
            proof_codes: &[],
            codes: Vec::new(),
        }
    }

    /// The route is any that leads to the handler: `to(handler)`.
    pub(super) fn get(path: impl Into<Cow<'static, str>>, guard: Guard, route: Route) -> Self {
        Self::new(HttpMethod::Get, path, guard, get_or_head(route))
    }

    pub(super) fn post(path: impl Into<Cow<'static, str>>, guard: Guard, route: Route) -> Self {
        Self::new(HttpMethod::Post, path, guard, route.method(Method::POST))
    }

    pub(super) fn patch(path: impl Into<Cow<'static, str>>, guard: Guard, route: Route) -> Self {
        Self::new(HttpMethod::Patch, path, guard, route.method(Method::PATCH))
    }

    pub(super) fn delete(path: impl Into<Cow<'static, str>>, guard: Guard, route: Route) -> Self {
        Self::new(
            HttpMethod::Delete,
            path,
            guard,
            route.method(Method::DELETE),
        )
    }

    /// A summary and, after an empty line, what else there is to say. Indentation does not count.
    pub(super) fn about(mut self, tag: Tag, text: &'static str) -> Self {
        (self.tag, self.text) = (tag, text);
        self
    }

    /// Anyone may make it; an access token is one way among others.
    pub(super) fn may_be_signed_in(mut self) -> Self {
        self.also_by = &[BEARER, ACCESS_COOKIE];
        self.codes.extend(TOKEN);
        self
    }

    /// The same, and the refresh cookie is another way.
    pub(super) fn may_have_any_token(mut self) -> Self {
        self = self.may_be_signed_in();
        self.also_by = &[BEARER, ACCESS_COOKIE, REFRESH_COOKIE];
        self
    }

    /// The refresh cookie is one way to make it.
    pub(super) fn may_have_refresh_cookie(mut self) -> Self {
        self.also_by = &[REFRESH_COOKIE];
        self
    }

    /// An id in its path.
    pub(super) fn id(mut self, name: &str, description: &str) -> Self {
        let uuid = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::Custom("uuid".to_owned())));
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(uuid));
        self.parameters.push(parameter.build());
        self
    }

    /// The fields of its query.
    pub(super) fn query<T: IntoParams>(mut self) -> Self {
        self.parameters.extend(T::into_params(|| None));
        self.query_codes = &QUERY;
        self
    }

    /// The fields of its body.
    pub(super) fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(Body {
            schema: schema_of::<T>,
            is_required: needs_fields::<T>,
        });
        self
    }

    /// The fields of its body, with the password unless there was a recent proof.
    pub(super) fn takes_with_proof<T: ToSchema + MayProve>(mut self) -> Self {
        self.proof_codes = &PROOF;
        self.takes::<T>()
    }

    /// An answer with a body.
    pub(super) fn answers<T: ToSchema>(mut self, status: u16, means: &'static str) -> Self {
        self.answers.push(Answer {
            status,
            means,
            body: Some(schema_of::<T>),
        });
        self
    }

    /// An answer without a body: 204.
    pub(super) fn answers_nothing(mut self, means: &'static str) -> Self {
        self.answers.push(Answer {
            status: 204,
            means,
            body: None,
        });
        self
    }

    /// It counts attempts.
    pub(super) fn limited(self) -> Self {
        self.refuses(&[TOO_MANY_REQUESTS])
    }

    /// The codes of its own, beside those that follow from the rest.
    pub(super) fn refuses(mut self, codes: &[Code]) -> Self {
        self.codes.extend(codes);
        self
    }

    /// Everything that it may be refused with.
    fn all_codes(&self) -> Vec<Code> {
        let mut codes = ANY.to_vec();
        if self.method != HttpMethod::Get {
            codes.push(CROSS_SITE_REQUEST);
        }
        if self.body.is_some() {
            codes.extend(BODY);
        }
        codes.extend(self.query_codes);
        match self.guard {
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
        codes.extend(self.proof_codes);
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
    pub(super) fn described(self, schemas: &mut Named) -> (HttpMethod, String, Operation) {
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
            .operation_id(Some(operation_id(&self.method, &self.path)))
            .securities(Some(self.security()))
            .responses(responses.build());
        if let Some(body) = &self.body {
            let required = match (body.is_required)() {
                true => Required::True,
                false => Required::False,
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
fn operation_id(method: &HttpMethod, path: &str) -> String {
    let method = match method {
        HttpMethod::Get => "get",
        HttpMethod::Patch => "patch",
        HttpMethod::Delete => "delete",
        _ => "post",
    };
    let name = path
        .trim_start_matches("/api/")
        .replace(['/', '-'], "_")
        .replace(['{', '}'], "");
    format!("{method}_{name}")
}

//! The declaration of one API call: its route, who may make it, its input and its answers.
//!
//! Each is declared beside its handler. The table of routes, the OpenAPI document and the tests of all
//! guards read the declarations.

mod operation;

use std::borrow::Cow;

use actix_web::{Route, http::Method};
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        HttpMethod, ObjectBuilder, Ref, RefOr, Required, Schema,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{SchemaFormat, SchemaType, Type},
    },
};

use super::{
    schemas::{Named, collect, reference},
    tag::Tag,
};
use crate::web::{
    extract::MayProve,
    guard::{Guard, get_or_head},
    parts::{Part, Parts},
    problem::codes::{Code, TOO_MANY_REQUESTS},
};

/// The names of the security schemes.
pub(super) const BEARER: &str = "bearer";
pub(super) const ACCESS_COOKIE: &str = "access_cookie";
pub(super) const REFRESH_COOKIE: &str = "refresh_cookie";

/// Adds a type and those that it refers to to the schemas. Returns a reference to it.
type SchemaOf = fn(&mut Named) -> Ref;

fn schema_of<T: ToSchema>(schemas: &mut Named) -> Ref {
    collect::<T>(schemas);
    reference::<T>()
}

/// Whether an object of this type has required fields.
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
    /// The part of the service that it belongs to, if not every site has it.
    part: Option<Part>,
    method: HttpMethod,
    pub(super) tag: Tag,
    text: &'static str,
    /// Ways to authenticate that the guard does not require.
    also_by: &'static [&'static str],
    parameters: Vec<Parameter>,
    body: Option<Body>,
    answers: Vec<Answer>,
    has_query: bool,
    takes_proof: bool,
    codes: Vec<Code>,
    /// Further codes, on sites with this part only.
    codes_of_part: Vec<(Part, Code)>,
    further_part: Option<Part>,
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
            part: None,
            method,
            tag: Tag::Administration,
            text: "",
            also_by: &[],
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            has_query: false,
            takes_proof: false,
            codes: Vec::new(),
            codes_of_part: Vec::new(),
            further_part: None,
        }
    }

    /// Declares a call with any route that leads to the handler: `to(handler)`.
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

    /// The name of the method.
    pub(in crate::web) fn verb(&self) -> &'static str {
        match self.method {
            HttpMethod::Get => "GET",
            HttpMethod::Patch => "PATCH",
            HttpMethod::Delete => "DELETE",
            _ => "POST",
        }
    }

    /// A summary and, after an empty line, a description. Indentation is ignored.
    pub(super) fn about(mut self, tag: Tag, text: &'static str) -> Self {
        (self.tag, self.text) = (tag, text);
        self
    }

    /// Only sites with this part have it.
    pub(super) fn part_of(mut self, part: Part) -> Self {
        self.part = Some(part);
        self
    }

    /// Anyone may make it, also with an access token.
    pub(super) fn may_be_signed_in(mut self) -> Self {
        self.also_by = &[BEARER, ACCESS_COOKIE];
        self
    }

    /// Anyone may make it, also with an access token or the refresh cookie.
    pub(super) fn may_have_any_token(mut self) -> Self {
        self.also_by = &[BEARER, ACCESS_COOKIE, REFRESH_COOKIE];
        self
    }

    /// It can be made with the refresh cookie.
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
        self.has_query = true;
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

    /// The fields of its body, with the password unless the caller reauthenticated recently.
    pub(super) fn takes_with_proof<T: ToSchema + MayProve>(mut self) -> Self {
        self.takes_proof = true;
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

    /// Its attempts are counted.
    pub(super) fn limited(self) -> Self {
        self.refuses(&[TOO_MANY_REQUESTS])
    }

    /// What is refused after this, is refused on sites with this part only.
    pub(super) fn on_sites_with(mut self, part: Part) -> Self {
        self.further_part = Some(part);
        self
    }

    /// The call on a site with these parts; `None` if the site does not have it.
    pub(super) fn on(mut self, parts: Parts) -> Option<Self> {
        let of_parts = std::mem::take(&mut self.codes_of_part);
        let there = of_parts
            .into_iter()
            .filter(|(part, _)| parts.have(Some(*part)));
        self.codes.extend(there.map(|(_, code)| code));
        parts.have(self.part).then_some(self)
    }

    /// Its own codes, in addition to those that follow from the rest of the declaration.
    pub(super) fn refuses(mut self, codes: &[Code]) -> Self {
        match self.further_part {
            Some(part) => {
                let of_part = codes.iter().map(|code| (part, *code));
                self.codes_of_part.extend(of_part);
            }
            None => self.codes.extend(codes),
        }
        self
    }
}

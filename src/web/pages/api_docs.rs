//! `/api/docs`, in development only: the API as a page, with a form for each call.
//!
//! It is made only from the document of `/api/openapi.json`. It has a script, and a policy that allows it.

use actix_web::{
    HttpRequest,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use askama::Template;
use serde_json::{Map, Value};

use super::answer::page;
use crate::web::{api, assets, error::WebResult, extract::PageShell, state::State, view::Shell};

/// Allows our own script and calls; otherwise the usual policy.
const CSP: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
                   img-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

#[derive(Clone, Debug, Template)]
#[template(path = "api_docs.html")]
struct ApiDocsPage {
    pub shell: Shell,
    /// The URL of its script.
    pub script: &'static str,
    /// The description that concerns all calls.
    pub about: Text,
    /// The calls, by subject.
    pub groups: Vec<Group>,
}

/// The calls of one subject.
#[derive(Clone, Debug)]
pub struct Group {
    pub name: String,
    /// Its description.
    pub about: Text,
    pub calls: Vec<Call>,
}

#[derive(Clone, Debug)]
pub struct Call {
    /// Its name in the document.
    pub id: String,
    pub method: String,
    pub path: String,
    /// Its summary.
    pub summary: Text,
    /// Its further description.
    pub description: Text,
    /// The ways to authenticate, as the document names them; empty if none is needed.
    pub authenticated_by: Vec<String>,
    /// The variable parts of its path.
    pub path_fields: Vec<String>,
    /// The fields of its body; `None` without a body.
    pub fields: Option<Vec<Field>>,
    /// An example body as JSON.
    pub example: String,
    /// Its answers, by status.
    pub answers: Vec<(String, Text)>,
}

/// One field of a body.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    /// Whether it is required.
    pub required: bool,
    /// Its description.
    pub description: Text,
}

/// Paragraphs of pieces: whether a piece is code, and its text.
pub type Text = Vec<Vec<(bool, String)>>;

/// `GET /api/docs`.
pub async fn get(req: HttpRequest, state: State) -> WebResult {
    let document: Value = serde_json::from_str(&api::description::of(&state)?.json)?;
    let shown = ApiDocsPage::of(PageShell::of_failure(&req), &document);
    let mut response = page(StatusCode::OK, shown)?;
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CSP),
    );
    Ok(response)
}

impl ApiDocsPage {
    pub fn of(shell: Shell, document: &Value) -> Self {
        let reader = Reader(document);
        Self {
            shell,
            script: assets::api_docs_script().path.as_str(),
            about: text(&document["info"]["description"]),
            groups: reader.groups(),
        }
    }
}

struct Reader<'a>(&'a Value);

impl<'a> Reader<'a> {
    fn groups(&self) -> Vec<Group> {
        let tags = self.0["tags"].as_array().into_iter().flatten();
        tags.map(|tag| Group {
            name: words(&tag["name"]),
            about: text(&tag["description"]),
            calls: self.calls(&tag["name"]),
        })
        .collect()
    }

    fn calls(&self, tag: &Value) -> Vec<Call> {
        let mut calls = Vec::new();
        for (path, item) in entries(&self.0["paths"]) {
            for (method, call) in entries(item) {
                if call["tags"].get(0) == Some(tag) {
                    calls.push(self.call(path, method, call));
                }
            }
        }
        calls
    }

    fn call(&self, path: &str, method: &str, call: &'a Value) -> Call {
        let body = &call["requestBody"]["content"]["application/json"]["schema"];
        let schema = self.resolved(body);
        let alternatives = call["security"].as_array().into_iter().flatten();
        let answers = entries(&call["responses"]).map(|(status, answer)| {
            let description = text(&self.resolved(answer)["description"]);
            (status.clone(), description)
        });
        Call {
            id: words(&call["operationId"]),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            summary: text(&call["summary"]),
            description: text(&call["description"]),
            authenticated_by: alternatives
                .flat_map(entries)
                .map(|(name, _)| name.replace('_', " "))
                .collect(),
            path_fields: path
                .split('/')
                .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
                .map(str::to_owned)
                .collect(),
            fields: body.is_object().then(|| self.fields(schema)),
            example: self.example(schema),
            answers: answers.collect(),
        }
    }

    fn fields(&self, schema: &'a Value) -> Vec<Field> {
        let field = |(name, property): (&String, &'a Value)| {
            let own = text(&given(property)["description"]);
            Field {
                name: name.clone(),
                required: is_required(schema, name),
                description: [own, text(&self.resolved(given(property))["description"])]
                    .into_iter()
                    .find(|text| !text.is_empty())
                    .unwrap_or_default(),
            }
        };
        entries(&schema["properties"]).map(field).collect()
    }

    /// The required fields with their examples.
    fn example(&self, schema: &'a Value) -> String {
        let required = entries(&schema["properties"]).filter(|(name, _)| is_required(schema, name));
        let fields: Map<String, Value> = required
            .map(|(name, property)| {
                let example = &self.resolved(property)["example"];
                let example = example.as_str().unwrap_or_default();
                (name.clone(), example.into())
            })
            .collect();
        serde_json::to_string_pretty(&fields).unwrap_or_default()
    }

    /// The target of a reference, or the value itself.
    fn resolved(&self, value: &'a Value) -> &'a Value {
        let reference = value["$ref"].as_str().and_then(|r| r.strip_prefix('#'));
        reference
            .and_then(|pointer| self.0.pointer(pointer))
            .unwrap_or(value)
    }
}

/// The schema of a field without the `null` alternative.
fn given(property: &Value) -> &Value {
    property["oneOf"].get(0).unwrap_or(property)
}

fn is_required(schema: &Value, name: &str) -> bool {
    let required = schema["required"].as_array();
    required.is_some_and(|names| names.iter().any(|known| known == name))
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn words(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Backticks mark code, empty lines separate paragraphs.
fn text(value: &Value) -> Text {
    let text = value.as_str().unwrap_or_default();
    let spans = |paragraph: &str| {
        let spans = paragraph.split('`').enumerate();
        spans
            .map(|(at, span)| (at % 2 == 1, span.to_owned()))
            .filter(|(_, span)| !span.is_empty())
            .collect()
    };
    text.split("\n\n")
        .filter(|paragraph| !paragraph.is_empty())
        .map(spans)
        .collect()
}

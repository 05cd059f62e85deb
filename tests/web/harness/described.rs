//! Checks that the description of the API documents every answer that a test gets.

use std::sync::LazyLock;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use vestibule::internals::web::{api::description, parts::Parts};

use super::api::Reply;

/// The description under the settings of the tests.
pub(crate) static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let described = description::describe(15, true, Parts::ALL).expect("a description");
    serde_json::from_str(described.json()).expect("JSON")
});

/// The method and the path of a request.
pub(crate) fn asked(request: &RequestBuilder) -> Option<(Method, String)> {
    let request = request.try_clone()?.build().ok()?;
    Some((request.method().clone(), request.url().path().to_owned()))
}

/// Asserts that the description of the call has this status, and this code for a refusal.
#[track_caller]
pub(crate) fn assert_described(method: &Method, path: &str, reply: &Reply) {
    let method = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    let Some(call) = call(method, path) else {
        assert!(
            matches!(reply.status, 404 | 405 | 421 | 400),
            "{method} {path} is not described: {reply:?}"
        );
        return;
    };
    let response = &call["responses"][reply.status.to_string()];
    let lacks = format!("{method} {path} is not described with this: {reply:?}");
    assert!(response.is_object(), "{lacks}");
    let content = resolved(response)["content"].as_object();
    let media_type = reply.answer.header("content-type");
    match content {
        None => assert!(reply.body.is_null(), "{lacks}"),
        Some(content) => {
            let schema = &content[media_type.expect(&lacks)]["schema"];
            if reply.status >= 400 {
                assert!(codes_of(schema).contains(&reply.code()), "{lacks}");
            }
        }
    }
}

/// The codes that the schema of a problem lists.
pub(crate) fn codes_of(schema: &Value) -> Vec<&str> {
    let codes = schema["allOf"][1]["properties"]["code"]["enum"].as_array();
    let codes = codes.expect("the schema of a problem");
    codes.iter().filter_map(Value::as_str).collect()
}

/// The target of a reference, or the value itself.
pub(crate) fn resolved(response: &'static Value) -> &'static Value {
    match response["$ref"].as_str() {
        Some(reference) => DESCRIPTION
            .pointer(reference.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("{reference} leads nowhere")),
        None => response,
    }
}

fn call(method: &Method, path: &str) -> Option<&'static Value> {
    let paths = DESCRIPTION["paths"].as_object().expect("paths");
    let (_, item) = paths.iter().find(|(template, _)| fits(template, path))?;
    item.get(method.as_str().to_ascii_lowercase())
}

/// Whether a path matches a template such as `/sessions/{id}`.
fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template
            .zip(path)
            .all(|(expected, found)| expected.starts_with('{') || expected == found)
}

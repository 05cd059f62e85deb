//! Names and details of events as words.

use std::fmt::Write as _;

use serde_json::Value;

/// `sign_in_failed` as "Sign in failed".
pub(in crate::web::pages) fn of_name(name: &str) -> String {
    let plain = name.replace('_', " ");
    let mut letters = plain.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The members of a detail: `reason: left the company`.
pub(in crate::web::pages) fn of_detail(detail: &Value) -> String {
    let mut text = String::new();
    for (name, value) in detail.as_object().into_iter().flatten() {
        let separator = if text.is_empty() { "" } else { ", " };
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Array(words) => {
                let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
                words.join(" ")
            }
            other => other.to_string(),
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{name}: {value}");
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_details_are_formatted_as_words() {
        assert_eq!(of_name("sign_in_failed"), "Sign in failed");
        assert_eq!(of_detail(&json!({})), "");
        let detail = json!({ "methods": ["pwd", "otp"], "left": 3 });
        assert_eq!(of_detail(&detail), "left: 3, methods: pwd otp");
    }
}

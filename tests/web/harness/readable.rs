//! Pages and mails in the form of the snapshots: what a user reads and can do. Values that differ from run
//! to run are checked for their form and replaced by their name.

use std::fmt::Write;

use data_encoding::BASE64URL_NOPAD;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use uuid::Uuid;

use super::{
    browser::Page,
    form::{Form, selector, text_of},
    settings::ORIGIN,
};

/// A page: its title, its content in order, and the fields of its forms.
pub(crate) fn page(page: &Page) -> String {
    let html = Html::parse_document(page.html());
    let title: Vec<String> = html.select(&selector("title")).map(text_of).collect();
    let mut out = format!("{} {}\n{}\n\n", page.status(), page.path(), title.join(" "));
    let main = html.select(&selector("main")).next().expect("a main part");
    let parts = selector("h1, h2, p, li, dt, dd, summary, label, form, button, svg");
    for element in main.select(&parts) {
        line(&mut out, element, &parts);
    }
    redacted(&without_secret(&out))
}

/// The secret of an authenticator app, as the page shows it in groups of four.
fn without_secret(text: &str) -> String {
    let is_group = |word: &str| {
        let base32 = |b: u8| matches!(b, b'A'..=b'Z' | b'2'..=b'7');
        word.len() == 4 && word.bytes().all(base32)
    };
    let is_secret = |line: &str| line.split(' ').count() == 8 && line.split(' ').all(is_group);
    let lines = text
        .lines()
        .map(|line| if is_secret(line) { "[secret]" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn line(out: &mut String, element: ElementRef<'_>, parts: &Selector) {
    let text = text_of(element);
    match element.value().name() {
        "h1" => writeln!(out, "# {text}"),
        "h2" => writeln!(out, "## {text}"),
        "form" => writeln!(out, "{}", form(element)),
        "button" => writeln!(out, "[ {text} ]"),
        "label" => writeln!(out, "{text}:"),
        "svg" => writeln!(out, "(a picture)"),
        // The children of an element are visited separately.
        "li" | "dd" if element.select(parts).next().is_some() => Ok(()),
        _ => writeln!(out, "{text}"),
    }
    .unwrap();
}

fn form(element: ElementRef<'_>) -> String {
    let html = element.html();
    let form = Form::all(&html).remove(0);
    let fields: Vec<String> = form
        .fields
        .iter()
        .map(|field| {
            let value = match field.kind.as_str() {
                "hidden" => format!("={}", field.value),
                _ if field.value.is_empty() => String::new(),
                _ => format!("={:?}", field.value),
            };
            let kind = [field.kind.as_str(), &field.autocomplete].join(" ");
            format!("{}{value} ({})", field.name, kind.trim())
        })
        .collect();
    format!("form {}: {}", form.action, fields.join(", "))
}

/// A text with tokens, ids and codes replaced by their names. Whatever looks like one must be valid: a
/// token decodes, was issued by us, and expires after it was issued.
pub(crate) fn redacted(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            word.push(c);
        } else {
            out.push_str(&named(&word));
            word.clear();
            out.push(c);
        }
    }
    out.pop();
    out
}

fn named(word: &str) -> String {
    if word.len() > 64 && word.split('.').count() == 3 {
        format!("[{} token]", purpose_of(word))
    } else if Uuid::try_parse(word).is_ok() {
        match word.len() {
            32 => "[request id]".to_owned(),
            _ => "[uuid]".to_owned(),
        }
    } else if BASE64URL_NOPAD
        .decode(word.as_bytes())
        .is_ok_and(|bytes| bytes.len() == 32)
    {
        "[csrf token]".to_owned()
    } else if word.len() > 200 && BASE64URL_NOPAD.decode(word.as_bytes()).is_ok() {
        "[challenge token]".to_owned()
    } else if is_backup_code(word) {
        "[backup code]".to_owned()
    } else {
        word.to_owned()
    }
}

fn is_backup_code(word: &str) -> bool {
    let groups: Vec<&str> = word.split('-').collect();
    let crockford = |b: u8| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(&b);
    groups.len() == 4
        && groups
            .iter()
            .all(|group| group.len() == 4 && group.bytes().all(crockford))
}

fn purpose_of(token: &str) -> String {
    let claims = claims(token);
    assert_eq!(claims["iss"], ORIGIN, "{claims}");
    let (issued, expires) = (claims["iat"].as_i64(), claims["exp"].as_i64());
    assert!(issued.unwrap() < expires.unwrap(), "{claims}");
    assert_eq!(
        claims["iat_ms"].as_i64().unwrap() / 1000,
        issued.unwrap(),
        "{claims}"
    );
    assert!(
        Uuid::try_parse(claims["sub"].as_str().unwrap()).is_ok(),
        "{claims}"
    );
    claims["purpose"].as_str().unwrap().to_owned()
}

/// The claims of a token, without a check of its signature.
pub(crate) fn claims(token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    let decoded = BASE64URL_NOPAD
        .decode(parts[1].as_bytes())
        .expect("base64url");
    serde_json::from_slice(&decoded).expect("JSON claims")
}

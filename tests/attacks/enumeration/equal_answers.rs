//! The bytes of an answer, headers included.

use reqwest::Method;

use super::{CLASSES, QUESTIONS, Question, address_in};
use crate::harness::{Browser, TestApp, answer::Answer, browser::urlencoded, settings::ORIGIN};

/// The whole answer, without the parts that always differ: request ids, form tokens, challenges, encrypted cookies.
fn readable(answer: &Answer, email: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (name, value) in &answer.headers {
        let value = value.to_str().unwrap();
        let value = match name.as_str() {
            "date" | "x-request-id" => "...".to_owned(),
            "set-cookie" => {
                let (name, rest) = value.split_once('=').unwrap();
                let (secret, attributes) = rest.split_once(';').unwrap();
                format!("{name}=<{}>;{attributes}", secret.len())
            }
            _ => value.to_owned(),
        };
        lines.push(format!("{name}: {value}"));
    }
    lines.sort();
    let mut body = answer.body.replace(email, "<email>");
    if let Some(id) = answer.header("x-request-id") {
        body = body.replace(id, "<id>");
    }
    for (mark, end) in [
        ("name=\"csrf_token\" value=\"", "\""),
        ("name=\"challenge_token\" value=\"", "\""),
        ("&#34;challenge&#34;:&#34;", "&"),
    ] {
        body = masked(&body, mark, end);
    }
    format!("{}\n{}\n\n{body}", answer.status, lines.join("\n"))
}

/// The text with the length in place of what stands between `mark` and `end`.
fn masked(text: &str, mark: &str, end: &str) -> String {
    let mut parts = text.split(mark);
    let mut masked = parts.next().unwrap().to_owned();
    for part in parts {
        let (token, rest) = part.split_once(end).unwrap();
        let length = token.len().to_string();
        masked.extend([mark, "<", &length, ">", end, rest]);
    }
    masked
}

async fn ask_page(browser: &mut Browser, question: Question, email: &str) -> Answer {
    let csrf = browser.csrf_token().await;
    let (path, _, body) = question.asked(email);
    let mut fields = vec![("csrf_token".to_owned(), csrf)];
    for (name, value) in body.as_object().unwrap() {
        fields.push((name.clone(), value.as_str().unwrap().to_owned()));
    }
    let request = browser
        .post_request(path)
        .header("origin", ORIGIN)
        .body(urlencoded(&fields));
    browser.send(request).await
}

async fn ask_call(app: &TestApp, question: Question, email: &str) -> Answer {
    let (_, call, body) = question.asked(email);
    Answer::of(app.api().request(Method::POST, call).json(&body)).await
}

/// The numbers of audit events and mails so far, including mails that are never sent.
async fn written(app: &TestApp) -> (i64, i64) {
    let counts = "SELECT (SELECT count(*) FROM audit_events), (SELECT count(*) FROM mails)";
    let row = &app.sql(counts, &[]).await[0];
    (row.get(0), row.get(1))
}

/// (14) The same bytes for every address, including headers.
#[tokio::test(flavor = "multi_thread")]
async fn no_answer_reveals_the_state_of_an_address() {
    let app = TestApp::with(&[("EMAIL_VERIFICATION", "required")]).await;
    let mut at = 0;
    for question in QUESTIONS {
        let mut first: Option<(String, String)> = None;
        let mut first_wrote: Option<(i64, i64)> = None;
        for class in CLASSES {
            if !question.concerns(class) {
                continue;
            }
            at += 2;
            let email = address_in(&app, class, at).await;
            let before = written(&app).await;
            let page = ask_page(&mut app.browser(), question, &email).await;
            let after = written(&app).await;
            let wrote = (after.0 - before.0, after.1 - before.1);
            // After the right password there may be a mail; otherwise the work is the same as well.
            if question != Question::RightPassword {
                assert_eq!(
                    *first_wrote.get_or_insert(wrote),
                    wrote,
                    "{question:?} {class:?}"
                );
            }
            // An address that was unknown is registered now.
            let email_of_call = address_in(&app, class, at + 1).await;
            let call = ask_call(&app, question, &email_of_call).await;
            assert!(
                page.status < 429 && call.status < 429,
                "{question:?} {class:?}"
            );
            let answers = (readable(&page, &email), readable(&call, &email_of_call));
            match &first {
                None => first = Some(answers),
                Some(first) => {
                    assert_eq!(first.0, answers.0, "{question:?} {class:?}, the page");
                    assert_eq!(first.1, answers.1, "{question:?} {class:?}, the call");
                }
            }
        }
    }
}

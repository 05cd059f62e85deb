//! Mails that go to another address, or that contain a link to another host.

use reqwest::Method;
use serde_json::json;

use crate::harness::{
    Reply, TestApp,
    answer::Answer,
    browser::{http, urlencoded},
    people::PASSWORD,
    settings::ORIGIN,
};

/// Sends the form with this body and one more header.
async fn post_form(app: &TestApp, body: &str, header: (&'static str, &str)) -> Answer {
    let mut browser = app.browser();
    let token = browser.csrf_token().await;
    let body = format!("{}&{body}", urlencoded(&[("csrf_token", token)]));
    let request = browser.post_request("/forgot-password");
    let request = request.header("origin", ORIGIN).header(header.0, header.1);
    browser.send(request.body(body)).await
}

fn email_form(email: &str) -> String {
    urlencoded(&[("email", email)])
}

/// (1) Links are made from `BASE_URL`, whatever hosts the request names (ASVS 1.2.2, 4.1.3).
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_host_does_not_change_mailed_links() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let form = email_form(&person.email);
    for header in [
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "8443"),
        ("x-host", "evil.example"),
        ("x-original-url", "https://evil.example/"),
        ("referer", "https://evil.example/"),
    ] {
        assert_eq!(post_form(&app, &form, header).await.status, 200);
        let call = app.api().request(Method::POST, "/forgot-password");
        let call = call.header(header.0, header.1);
        let call = call.json(&json!({ "email": person.email }));
        assert_eq!(Reply::of(call).await.status, 202);
        for _ in 0..2 {
            // `link` asserts the configured origin.
            let mail = app.post.mail(&person.email, "Reset").await;
            assert!(
                mail.link()
                    .starts_with(&format!("{ORIGIN}/reset-password?"))
            );
            assert!(!mail.text().contains("evil"), "{header:?}");
            assert!(!mail.text().contains(":8443"), "{header:?}");
        }
    }
    let sent = app.post.count(&person.email);
    for host in ["evil.example", "auth.example.com@evil.example"] {
        for path in ["/forgot-password", "/api/auth/forgot-password"] {
            let request = http().post(app.url() + path).header("host", host);
            let body = json!({ "email": person.email });
            assert_eq!(Answer::of(request.json(&body)).await.status, 421);
        }
    }
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&person.email), sent);
}

/// (2) A request mails one address; an attacker's address beside it gets no mail (ASVS 1.3.11, 15.3.7).
#[tokio::test(flavor = "multi_thread")]
async fn a_second_address_in_a_request_gets_no_mail() {
    let app = TestApp::start().await;
    let (victim, attacker) = (app.person().await.email, app.person().await.email);
    let both = |between: &str| format!("{victim}{between}{attacker}");
    let separators = [
        ",",
        ";",
        " ",
        "\n",
        "\r\n",
        "\r\nBcc: ",
        "\t",
        "|",
        "\0",
        "%0aCc:",
        "&",
        "<",
    ];
    for separator in separators {
        let refused = app
            .api()
            .post("/forgot-password", json!({ "email": both(separator) }))
            .await;
        assert_eq!(refused.status, 422, "{separator:?}");
        let page = post_form(&app, &email_form(&both(separator)), ("x", "y")).await;
        assert_eq!(page.status, 422, "{separator:?}");
    }
    for body in [
        json!({ "email": [victim, attacker] }),
        json!({ "email": { "0": victim, "1": attacker } }),
    ] {
        let refused = app.api().post("/forgot-password", body).await;
        assert_eq!(refused.status, 422);
    }
    for (body, status) in [
        (
            format!("{}&{}", email_form(&victim), email_form(&attacker)),
            400,
        ),
        (format!("email[]={victim}&email[]={attacker}"), 422),
    ] {
        let page = post_form(&app, &body, ("x", "y")).await;
        assert_eq!(page.status, status, "{body}");
    }
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&victim) + app.post.count(&attacker), 0);

    let more = json!({ "email": victim, "cc": attacker, "to": attacker });
    assert_eq!(app.api().post("/forgot-password", more).await.status, 202);
    app.post.mail(&victim, "Reset").await;
    assert_eq!(app.post.count(&attacker), 0);
}

/// (3) Only the stored address is ever mailed (the case mapping of CVE-2019-19844).
#[tokio::test(flavor = "multi_thread")]
async fn a_look_alike_address_gets_no_mail() {
    let app = TestApp::start().await;
    for email in ["mike@example.com", "kim@example.com"] {
        let body = json!({ "email": email, "password": PASSWORD });
        assert_eq!(app.api().post("/register", body).await.status, 201);
    }
    for email in [
        "m\u{131}ke@example.com",
        "M\u{130}KE@example.com",
        "mike\u{ff20}example.com",
        "\u{212a}im@example.com",
        "k\u{456}m@example.com",
        "\u{ff4b}im@example.com",
        "mike@ex\u{430}mple.com",
        "mike\u{200b}@example.com",
        "mike@example.com.",
        "mike@example.com\u{0}",
    ] {
        let call = app
            .api()
            .post("/forgot-password", json!({ "email": email }))
            .await;
        assert!(matches!(call.status, 202 | 422), "{email}: {call:?}");
        let page = post_form(&app, &email_form(email), ("x", "y")).await;
        assert!(matches!(page.status, 200 | 422), "{email}: {}", page.status);
    }
    app.outbox_is_empty().await;
    for mail in app.post.mailbox().sent() {
        let is_stored = matches!(mail.to.as_str(), "mike@example.com" | "kim@example.com");
        assert!(is_stored && mail.subject.contains("Verify"), "{mail:?}");
    }
}

/// (42) Line breaks, commas and quotes in an address reach no header of a mail (ASVS 1.3.11).
#[tokio::test(flavor = "multi_thread")]
async fn several_addresses_in_one_field_are_refused() {
    let app = TestApp::start().await;
    for email in [
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com\nBcc:b@example.com",
        "a@example.com,b@example.com",
        "\"a,b\"@example.com",
        "a@example.com>\r\nRCPT TO:<b@example.com",
        "<a@example.com>",
        "Name <a@example.com>",
        "a@example.com%0d%0aBcc:b@example.com",
        "a@[127.0.0.1]",
        "a(b@example.com)@example.com",
    ] {
        for call in ["/register", "/forgot-password", "/resend-verification"] {
            let body = json!({ "email": email, "password": PASSWORD });
            assert_eq!(
                app.api().post(call, body).await.status,
                422,
                "{call} {email}"
            );
        }
        assert_eq!(
            post_form(&app, &email_form(email), ("x", "y")).await.status,
            422,
            "{email}"
        );
    }
    assert!(app.post.mailbox().sent().is_empty());
}

//! Forged tokens, crafted targets of redirects, and names that contain markup.

use data_encoding::BASE64URL_NOPAD;
use reqwest::{Method, header::HeaderValue};
use serde_json::json;

use crate::harness::{
    Reply, TestApp,
    answer::Answer,
    browser::http,
    people::{NEW_PASSWORD, PASSWORD},
    settings::{HOST, ORIGIN},
};

/// (38) `next` never leads to another site (ASVS 1.2.2, 3.7.2).
#[tokio::test(flavor = "multi_thread")]
async fn next_never_leads_to_another_site() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let owner = app.person().with_totp().await;
    for (n, next) in [
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "/%2F/evil.example",
        "/%5Cevil.example",
        "https:evil.example",
        "https://evil.example/",
        "https://auth.example.com@evil.example/",
        "//auth.example.com@evil.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\r\nlocation: https://evil.example",
        "/%0d%0aset-cookie:a=b",
        "/account\u{0}",
        "\u{ff0f}\u{ff0f}evil.example",
        " //evil.example",
        "/\t/evil.example",
    ]
    .iter()
    .enumerate()
    {
        let mut browser = app.browser();
        browser.visit("/login?next=/account").await;
        let who = if n % 2 == 0 { &person } else { &owner };
        let typed = [
            ("email", who.email.as_str()),
            ("password", PASSWORD),
            ("next", next),
        ];
        let page = browser.submit("/login", &typed).await;
        let page = if n % 2 == 0 {
            page
        } else {
            let code = owner.backup_codes.get(n / 2).cloned();
            let code = code.unwrap_or_else(|| owner.code());
            browser.submit("/login/verify", &[("code", &code)]).await
        };
        // The browser of the tests follows redirects within the site only.
        assert_eq!(page.path_and_query(), "/account", "{next:?}");
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("next", next)
            .finish();
        let mut signed_out = app.browser();
        let page = signed_out.visit(&format!("/login?{query}")).await;
        assert!(!page.html().contains("evil.example"), "{next:?}");
    }
}

fn encoded(json: &serde_json::Value) -> String {
    BASE64URL_NOPAD.encode(json.to_string().as_bytes())
}

/// (39, 40) A forged token gives no access and causes no fault (ASVS 9.1.1, 9.1.2).
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_token_is_answered_with_401() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let pair = app.api().sign_in(&person).await;
    for kind in ["access_token", "refresh_token"] {
        let real = pair.text(kind);
        let parts: Vec<&str> = real.split('.').collect();
        let claims = parts[1];
        let none = encoded(&json!({ "alg": "none", "typ": "JWT" }));
        let mut forged: Vec<Vec<u8>> = [
            format!("{none}.{claims}."),
            format!("{none}.{claims}.{}", parts[2]),
            format!("{}.{claims}.", parts[0]),
            format!("{}.{claims}.AAAA", parts[0]),
            format!(
                "{}.{}.{}",
                parts[0],
                encoded(&json!({ "sub": person.id })),
                parts[2]
            ),
            format!(
                "{}.{claims}.{}",
                encoded(&json!({ "alg": "HS512" })),
                parts[2]
            ),
            format!(
                "{}.{claims}.{}",
                encoded(&json!({ "alg": "RS256" })),
                parts[2]
            ),
            format!(
                "{}.{claims}.{}",
                encoded(&json!({ "alg": "HS256", "kid": "../../dev/null" })),
                parts[2]
            ),
            format!(
                "{}.{claims}.{}",
                encoded(&json!({ "alg": "HS256", "jku": "https://evil.example" })),
                parts[2]
            ),
            "a.b.c".to_owned(),
            "...".to_owned(),
            "null".to_owned(),
            person.id.to_string(),
            real.to_ascii_uppercase(),
            "x".repeat(60_000),
            format!("{real}{}", "A".repeat(12_000)),
        ]
        .map(String::into_bytes)
        .to_vec();
        forged.push(b"\xff\xfe.\xc3(.\x80".to_vec());
        if kind == "refresh_token" {
            forged.push(real.as_bytes().to_vec());
        }
        for token in forged {
            let shown = String::from_utf8_lossy(&token[..token.len().min(90)]).into_owned();
            let bearer = HeaderValue::from_bytes(&[b"Bearer ", token.as_slice()].concat()).unwrap();
            let request = app.api().request(Method::GET, "/me");
            let reply = Reply::of(request.header("authorization", bearer)).await;
            assert_eq!(reply.status, 401, "{shown}");
            for cookie in ["__Host-access", "__Host-refresh"] {
                if cookie == "__Host-refresh" && token == pair.text("refresh_token").as_bytes() {
                    continue; // The token is valid in this cookie.
                }
                let value = [cookie.as_bytes(), b"=", token.as_slice()].concat();
                let value = HeaderValue::from_bytes(&value).unwrap();
                let request = http().get(app.url() + "/account").header("host", HOST);
                let page = Answer::of(request.header("cookie", value)).await;
                assert_eq!(page.status, 303, "{cookie} {shown}");
            }
            if let Ok(token) = std::str::from_utf8(&token)
                && token != pair.text("refresh_token")
            {
                let expected = if token.len() > 16_000 { 413 } else { 401 };
                assert_eq!(app.api().refresh(token).await.status, expected, "{shown}");
            }
        }
    }
    assert_eq!(app.api().with(&pair).get("/me").await.status, 200);
}

/// (41) Long passwords and NUL cost nothing and cause no fault. NUL is a character like any other and does
/// not end the password (ASVS 6.2.8, 6.2.9).
#[tokio::test(flavor = "multi_thread")]
async fn an_overlong_password_is_refused() {
    let app = TestApp::start().await;
    let person = app.person().await;
    for (password, status) in [
        ("x".repeat(1 << 20), 413),
        ("x".repeat(12_000), 401),
        (format!("{PASSWORD}\0"), 401),
        ("\0".to_owned(), 401),
    ] {
        let body = json!({ "email": person.email, "password": password });
        let reply = app.api().post("/login", body).await;
        assert_eq!(reply.status, status, "{} bytes", password.len());
        let mut browser = app.browser();
        browser.visit("/login").await;
        let typed = [("email", person.email.as_str()), ("password", &password)];
        assert_eq!(browser.submit("/login", &typed).await.status(), status);
        let body = json!({ "email": "new@example.com", "password": password });
        let reply = app.api().post("/register", body).await;
        let is_good = password.len() < 100 && password.len() > 1;
        let expected: &[u16] = if is_good { &[201] } else { &[413, 422] };
        assert!(expected.contains(&reply.status), "{reply:?}");
    }
    let cut_short = json!({ "email": "new@example.com", "password": PASSWORD });
    assert_eq!(app.api().post("/login", cut_short).await.status, 401);
}

/// (42) A name is always treated as text (ASVS 1.2.1).
#[tokio::test(flavor = "multi_thread")]
async fn markup_in_a_name_is_escaped_in_pages_and_mails() {
    let app = TestApp::start().await;
    let name = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let mut browser = app.browser();
    browser.visit("/register").await;
    let typed = [
        ("email", "markup@example.com"),
        ("password", PASSWORD),
        ("display_name", name),
    ];
    assert_eq!(browser.submit("/register", &typed).await.path(), "/account");
    for path in [
        "/account",
        "/account/sessions",
        "/account/two-factor",
        "/account/password",
    ] {
        let page = browser.visit(path).await;
        assert!(!page.html().contains("<script>alert"), "{path}");
        assert!(!page.html().contains("<img src=x"), "{path}");
    }
    assert!(
        browser.visit("/account").await.html().contains("alert(1)"),
        "it is shown"
    );

    browser.visit("/account/password").await;
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    let fields = browser.form("/account/password", &typed).filled(&typed);
    let body = crate::harness::browser::urlencoded(&fields);
    let request = http()
        .post(app.url() + "/account/password")
        .header("host", HOST)
        .header("origin", ORIGIN)
        .header("user-agent", name)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", browser.cookies());
    assert_eq!(browser.send(request.body(body)).await.status, 303);
    app.post.mail("markup@example.com", "was changed").await;
    let page = browser.visit("/account/sessions").await;
    assert!(!page.html().contains("<script>alert") && !page.html().contains("<img src=x"));
    for mail in app.post.mailbox().sent() {
        assert!(
            !mail.html.contains("<script") && !mail.html.contains("<img src=x"),
            "{mail:?}"
        );
        assert!(
            !mail.subject.contains('\n') && !mail.subject.contains('<'),
            "{mail:?}"
        );
    }
}

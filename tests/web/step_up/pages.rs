//! Forms: a user without recent reauthentication is asked for it, and then continues with the act.

use super::*;

/// Every sensitive form, and the name of its act on the reauthentication page.
const ACTS: [(&str, &str); 7] = [
    ("/account/two-factor/enroll", "set up two-step sign-in"),
    ("/account/two-factor/confirm", "turn on two-step sign-in"),
    ("/account/two-factor/disable", "turn off two-step sign-in"),
    ("/account/two-factor/backup-codes", "make new backup codes"),
    (
        "/account/sessions/revoke-others",
        "sign out every other device",
    ),
    (
        "/account/sessions/00000000-0000-0000-0000-000000000000/revoke",
        "sign out a device",
    ),
    (
        "/account/sessions/trusted/00000000-0000-0000-0000-000000000000/revoke",
        "stop trusting a browser",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_sensitive_form_requires_reauthentication_and_names_its_act() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, _) = stale(&app, &owner).await;
    let token = browser.visit("/account/sessions").await;
    let token = Form::all(token.html())[0].fields[0].value.clone();
    let before = app.audit().await.len();
    for (path, purpose) in ACTS {
        let page = browser.post(path, &[("csrf_token", &token)]).await;
        assert_eq!(page.path(), "/reauthenticate", "{path}");
        assert_eq!(page.redirects[0].status, 303, "{path}");
        let text = page.text("main");
        assert!(
            text.contains(&format!("You are about to {purpose}.")),
            "{path}: {text}"
        );
        let back = path.split('/').take(3).collect::<Vec<_>>().join("/");
        let cancel = format!("<a href=\"{back}\">Cancel</a>");
        assert!(page.html().contains(&cancel), "{path}");
        let forms = Form::all(page.html());
        assert!(
            forms[0]
                .fields
                .iter()
                .any(|f| f.name == "next" && f.value == path)
        );
    }
    assert_eq!(app.audit().await.len(), before, "nothing was done");
    for (next, back) in [
        ("/account/sessions", "/account/sessions"),
        ("//evil.example", "/account"),
        ("", "/account"),
    ] {
        let page = browser.visit(&format!("/reauthenticate?next={next}")).await;
        let cancel = format!("<a href=\"{back}\">Cancel</a>");
        assert!(page.html().contains(&cancel), "{next}");
    }
    // Reading the list requires none.
    assert_eq!(browser.visit("/account/sessions").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn reauthentication_leads_back_to_the_act_with_one_button_to_press() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, _) = stale(&app, &owner).await;
    browser.visit("/account/two-factor/disable").await;
    browser.submit("/account/two-factor/disable", &[]).await;

    // The password does not suffice for an act on the second factor, and is not asked for.
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    let page = browser.submit("/reauthenticate", &[("code", &wrong)]).await;
    assert_eq!((page.status(), page.path()), (401, "/reauthenticate"));
    assert!(page.text("main").contains("turn off two-step sign-in"));
    let page = browser.submit("/reauthenticate", &[("code", "")]).await;
    assert_eq!(page.status(), 422);
    assert!(page.alert().contains("code"), "{}", page.alert());

    let code = owner.code();
    let page = browser.submit("/reauthenticate", &[("code", &code)]).await;
    assert_eq!((page.status(), page.path()), (200, "/reauthenticate"));
    assert!(page.text("main").contains("Nothing has changed yet"));
    assert_eq!(page.text("main button"), "Turn off two-step sign-in");
    let page = browser.submit("/account/two-factor/disable", &[]).await;
    assert_eq!((page.status(), page.path()), (200, "/account/two-factor"));
    assert_eq!(app.browser().sign_in(&owner).await.path(), "/account");
    let events = app.audit().await;
    assert_eq!(
        events[events.len() - 4..events.len() - 1],
        [
            "reauthentication_failed",
            "reauthenticated",
            "totp_disabled"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_reauthentication_the_button_signs_out_the_chosen_device() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, program) = stale(&app, &owner).await;
    let page = browser.visit("/account/sessions").await;
    let action = Form::all(page.html())
        .into_iter()
        .map(|form| form.action)
        .find(|action| action.ends_with("/revoke"))
        .unwrap();
    browser.submit(&action, &[]).await;
    let page = browser
        .submit("/reauthenticate", &[("password", PASSWORD)])
        .await;
    assert_eq!(page.text("main button"), "Sign out the device");
    assert_eq!(program.get("/me").await.status, 200);
    let page = browser.submit(&action, &[]).await;
    assert_eq!(page.text("[role=status]"), "That device is signed out.");
    assert_eq!(program.get("/me").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn reauthentication_keeps_form_input_except_secrets() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, _) = stale(&app, &owner).await;
    let path = "/account/two-factor/backup-codes";
    let page = browser.visit("/account/sessions").await;
    let token = Form::all(page.html())[0].fields[0].value.clone();
    let typed = [
        ("csrf_token", token.as_str()),
        ("reason", "\"><b>lost & found</b>"),
    ];
    browser.post(path, &typed).await;
    let code = owner.code();
    let page = browser.submit("/reauthenticate", &[("code", &code)]).await;
    let form = browser.form(path, &[("reason", "")]);
    let kept = form.fields.iter().find(|field| field.name == "reason");
    assert_eq!(kept.unwrap().value, typed[1].1);
    assert!(page.text("main b").is_empty());
    let page = browser.submit(path, &[]).await;
    assert_eq!(page.texts(".backup-codes code").len(), 10);
    // Once done, it is not offered again: its page asks anew.
    let page = browser.visit(&format!("/reauthenticate?next={path}")).await;
    assert_eq!(page.path(), path);
    assert!(page.text("main").contains("This is what will happen"));

    // An act with a secret, or with more than fits into a cookie, must be started again on its own page.
    let long = "x".repeat(2000);
    for (name, value) in [
        ("password", PASSWORD),
        ("code", "123456"),
        ("reason", &long),
    ] {
        app.wait(STALE);
        let typed = [("csrf_token", token.as_str()), (name, value)];
        let page = browser.post(path, &typed).await;
        assert_eq!(page.path(), "/reauthenticate");
        let code = owner.code();
        let page = browser.submit("/reauthenticate", &[("code", &code)]).await;
        assert_eq!(page.path(), path, "{name}");
        assert!(page.text("[role=status]").contains("You can continue now"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_return_path_stays_on_this_site() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, _) = stale(&app, &owner).await;
    let evil = [
        "//e",
        "/\\e",
        "/%09/e",
        "https:e",
        "https://u@e/",
        "javascript:x",
        "/a\r\nb",
        "/reauthenticate",
    ];
    for next in evil {
        let query = url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
        let page = browser
            .visit(&format!("/reauthenticate?next={query}"))
            .await;
        let fields = &Form::all(page.html())[0].fields;
        assert!(
            fields
                .iter()
                .any(|f| f.name == "next" && f.value.is_empty()),
            "{next}"
        );
        let typed = [("password", PASSWORD), ("next", next)];
        let page = browser.submit("/reauthenticate", &typed).await;
        assert_eq!(page.path(), "/account", "{next}");
        app.wait(STALE);
    }
}

//! The pages for passkeys, with a device in place of the script and its browser.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Browser, Page, TestApp,
    authenticator::{Device, Manner, base64},
    passkeys::with_passkey,
};

const LOGIN: &str = "/login/passkey";

/// What a form of the page asks the browser for.
fn asked(page: &Page, action: &str) -> Value {
    let form = format!("form[action='{action}'][data-options]");
    serde_json::from_str(&page.attribute(&form, "data-options")).unwrap()
}

/// What the list tells the browser.
fn known(page: &Page) -> Value {
    serde_json::from_str(&page.attribute("[data-passkeys]", "data-passkeys")).unwrap()
}

/// Answers the form for a passkey on the open page.
async fn answer(browser: &mut Browser, page: &Page, action: &str, device: &mut Device) -> Page {
    let credential = device.get(&asked(page, action)).to_string();
    browser.submit(action, &[("credential", &credential)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_added_renamed_and_removed_on_its_pages() {
    let app = TestApp::start().await;
    let owner = app.person().verified().await;
    let mut browser = app.browser();
    browser.sign_in(&owner).await;
    let add = "/account/passkeys/add";
    browser.visit(add).await;
    let typed = [("credential", "{}"), ("name", "Laptop")];
    let page = browser.submit(add, &typed).await;
    assert_eq!(page.status(), 422);
    assert_eq!(page.attribute("#name", "value"), "Laptop");
    let (mut device, made) = Device::create(&asked(&page, add), Manner::default());
    let made = made.to_string();
    let typed = [("credential", made.as_str()), ("name", "Laptop")];
    let page = browser.submit(add, &typed).await;
    assert_eq!(page.status(), 200);
    assert_eq!(page.texts(".backup-codes code").len(), 10);

    let page = browser.visit("/account/two-factor").await;
    let words = page.text("main");
    assert!(
        words.contains("Your password alone is not enough"),
        "{words}"
    );
    assert!(!words.contains("Anyone who knows"), "{words}");
    assert!(words.contains("You have one passkey."), "{words}");
    let page = browser.visit("/account/passkeys").await;
    assert!(page.text("h2").contains("Laptop"));
    assert_eq!(known(&page)["ids"], json!([base64(&device.credential_id)]));
    assert_eq!(known(&page)["removed"], Value::Null);
    let rename = page.attribute("form[action$='/rename']", "action");
    let page = browser.submit(&rename, &[("name", " ")]).await;
    assert_eq!(page.status(), 422);
    let page = browser.submit(&rename, &[("name", "Key ring")]).await;
    assert_eq!(page.path(), "/account/passkeys");
    assert!(page.text("h2").contains("Key ring"));

    app.wait(TimeDelta::minutes(11));
    let remove = rename.replace("/rename", "/remove");
    let page = browser.visit(&remove).await;
    assert!(page.text("main").contains("your only second factor"));
    let page = browser.submit(&remove, &[]).await;
    assert_eq!(page.path(), "/reauthenticate");
    let words = page.text("main");
    assert!(
        words.contains("to remove a passkey. First, use your passkey."),
        "{words}"
    );
    assert!(!words.contains("your app"), "{words}");
    let page = answer(&mut browser, &page, "/reauthenticate", &mut device).await;
    assert_eq!(page.text("main button"), "Remove the passkey");
    let page = browser.submit(&remove, &[]).await;
    assert_eq!(page.path(), "/account/passkeys");
    assert!(page.text("main").contains("Two-step sign-in is off"));
    // This browser may forget it; others keep it while a link may put it back.
    assert_eq!(known(&page)["removed"], base64(&device.credential_id));
    assert_eq!(known(&page)["ids"], Value::Null);
    let page = browser.visit("/account/passkeys").await;
    assert_eq!(known(&page)["removed"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_signs_in_alone_and_as_the_second_step() {
    let app = TestApp::start().await;
    let (owner, mut device) = with_passkey(&app, Manner::default()).await;
    let mut alone = app.browser();
    let page = alone.visit("/login?next=/account/sessions").await;
    let field = page.attribute("#email", "autocomplete");
    assert_eq!(field, "username webauthn");
    let page = answer(&mut alone, &page, LOGIN, &mut device).await;
    assert_eq!(page.path(), "/account/sessions");

    let mut both = app.browser();
    let page = both.sign_in(&owner).await;
    assert_eq!(page.path(), "/login/verify");
    assert_eq!(page.text("h1"), "Use your passkey");
    assert!(!page.text("main").contains("authenticator app"));
    let page = answer(&mut both, &page, LOGIN, &mut device).await;
    assert_eq!(page.path(), "/account");
}

/// The challenge says on which page a passkey was asked for, whatever else waits in the browser.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_passkey_leads_back_to_its_page() {
    let app = TestApp::start().await;
    let (owner, mut device) = with_passkey(&app, Manner::default()).await;
    let mut browser = app.browser();
    let pending = browser.sign_in(&owner).await;
    assert_eq!(pending.path(), "/login/verify");
    let mut elsewhere = device.with(|manner| "https://evil.example".clone_into(&mut manner.origin));
    let heading = |page: &Page| (page.status(), page.text("h1"));
    let page = answer(&mut browser, &pending, LOGIN, &mut elsewhere).await;
    assert_eq!(heading(&page), (401, "Use your passkey".to_owned()));

    let page = browser.visit("/login").await;
    let page = answer(&mut browser, &page, LOGIN, &mut elsewhere).await;
    assert_eq!(heading(&page), (401, "Sign in".to_owned()));
    let mut unknown = device.clone();
    unknown.credential_id = vec![7; 32];
    let page = answer(&mut browser, &page, LOGIN, &mut unknown).await;
    assert_eq!(heading(&page), (401, "Sign in".to_owned()));
    let told = page.attribute("form[data-unknown]", "data-unknown");
    assert_eq!(told, base64(&[7; 32]));

    // A link in a mail may put a removed passkey back for 14 days: until then, the browser keeps it.
    let signed_in = app.api().sign_in_by_passkey(&mut device).await;
    let api = app.api().with(&signed_in);
    let listed = api.get("/passkeys").await;
    let path = format!(
        "/passkeys/{}",
        listed.body["passkeys"][0]["id"].as_str().unwrap()
    );
    let removed = api.call(Method::DELETE, &path, &json!({})).await;
    assert_eq!(removed.status, 200, "{removed:?}");
    let page = browser.visit("/login").await;
    let page = answer(&mut browser, &page, LOGIN, &mut device).await;
    assert_eq!(heading(&page), (401, "Sign in".to_owned()));
    assert!(!page.html().contains("data-unknown"));
    app.wait(TimeDelta::days(15));
    let page = browser.visit("/login").await;
    let page = answer(&mut browser, &page, LOGIN, &mut device).await;
    let told = page.attribute("form[data-unknown]", "data-unknown");
    assert_eq!(told, base64(&device.credential_id));

    let token = browser.csrf_token().await;
    let page = browser.post(LOGIN, &[("csrf_token", &token)]).await;
    assert_eq!((page.redirects[0].status, page.path()), (303, "/login"));
}

//! Passkeys with an authenticator of the browser's own: made, used by autofill and as the second step, and removed.

use std::time::Duration;

use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::browser::Browser;
use crate::driver::{Driver, Scripts};
use crate::harness::eventually;
use crate::mail::MailServer;
use crate::server::Server;

const EMAIL: &str = "robin@example.org";
const PASSWORD: &str = "seven herons over the weir";
const ADD: &str = "form[action=\"/account/passkeys/add\"]";
const SIGN_IN: &str = "form[action=\"/login/passkey\"]";

async fn registers(browser: &Browser, server: &Server, mail: &MailServer) {
    browser.open(&server.url("/register")).await;
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    browser.submit("/register", &fields).await;
    browser.assert_at("/account").await;
    browser.open(&mail.link(EMAIL, "/verify-email").await).await;
    browser.submit("/verify-email", &[]).await;
}

/// Waits for a page that a script leads to.
async fn comes_to(browser: &Browser, path: &str) {
    eventually(Duration::from_secs(20), path, async || {
        (browser.path().await == path).then_some(())
    })
    .await;
}

async fn signs_out(browser: &Browser, server: &Server) {
    browser.open(&server.url("/account")).await;
    browser.submit("/logout", &[]).await;
}

/// What the script says below a form.
async fn says(browser: &Browser, form: &str, words: &str) {
    let said = browser.reads(&format!("{form} [role=status]"), ".").await;
    assert!(said.contains(words), "{said:?} has no {words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_from_its_making_to_its_end() {
    let mail = MailServer::start();
    let server = Server::start_named(&mail).await;
    let driver = Driver::start();
    let browser = driver.browser("passkeys", Scripts::On).await;
    registers(&browser, &server, &mail).await;

    // Without a device that keeps passkeys, the page says so.
    let weak = browser.plug("usb", false).await;
    browser.open(&server.url("/account/passkeys/add")).await;
    browser.click(&format!("{ADD} button")).await;
    says(&browser, ADD, "cannot check that it is you").await;
    browser.assert_at("/account/passkeys/add").await;
    browser.screenshot("add-refused").await;
    browser.unplug(&weak).await;

    // The first one brings backup codes.
    let device = browser.plug("internal", true).await;
    browser.open(&server.url("/account/passkeys/add")).await;
    browser
        .type_into(&format!("{ADD} [name=name]"), "Laptop")
        .await;
    browser.click(&format!("{ADD} button")).await;
    browser.reads("h1", "backup codes").await;
    assert_eq!(browser.texts(".backup-codes code").await.len(), 10);
    browser.open(&server.url("/account/passkeys")).await;
    browser.reads("h2", "Laptop").await;
    // The same device again.
    browser.open(&server.url("/account/passkeys/add")).await;
    browser.click(&format!("{ADD} button")).await;
    says(&browser, ADD, "already").await;

    // The browser offers it in the field of the address, and an authenticator that consents takes the offer.
    signs_out(&browser, &server).await;
    browser.open(&server.url("/login")).await;
    comes_to(&browser, "/account").await;

    // An app beside it; then the passkey goes, and the password with a code signs in.
    browser.open(&server.url("/account/two-factor")).await;
    browser.submit("/account/two-factor/enroll", &[]).await;
    browser.show(".totp-secret").await;
    let mut app = Authenticator::scan(&browser.screenshot("passkey-app").await);
    let code = app.fresh_code().await;
    browser
        .submit("/account/two-factor/confirm", &[("code", &code)])
        .await;
    browser.assert_at("/account/two-factor").await;
    browser.open(&server.url("/account/passkeys")).await;
    browser.follow("a[href$=\"/remove\"]").await;
    assert_eq!(browser.passkeys_of(&device).await, 1);
    browser.submit_form("form[action$=\"/remove\"]", &[]).await;
    browser.assert_at("/account/passkeys").await;
    // This browser is told, and forgets it.
    eventually(Duration::from_secs(10), "a forgotten passkey", async || {
        (browser.passkeys_of(&device).await == 0).then_some(())
    })
    .await;
    signs_out(&browser, &server).await;
    browser.open(&server.url("/login")).await;
    assert!(browser.has(&format!("{SIGN_IN}:not([hidden])")).await);
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    browser.submit("/login", &fields).await;
    browser.assert_at("/login/verify").await;
    assert!(!browser.has(SIGN_IN).await, "no passkey is left");
    let code = app.fresh_code().await;
    browser.submit("/login/verify", &[("code", &code)]).await;
    browser.assert_at("/account").await;
    browser.close().await;
    drop(driver);
    server.stop();
}

/// Notes the calls that tell a browser about passkeys. Its list in the address field is off, since an authenticator that
/// consents would take its offer at once.
const NOTE_SIGNALS: &str = "
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    for (const call of ['signalUnknownCredential', 'signalAllAcceptedCredentials', 'signalCurrentUserDetails'])
        PublicKeyCredential[call] = async (details) => {
            const noted = JSON.parse(sessionStorage.getItem('noted') ?? '[]');
            sessionStorage.setItem('noted', JSON.stringify([...noted, [call, details]]));
        };";

/// The calls since the last look.
async fn signals(browser: &Browser) -> Vec<(String, Value)> {
    let take = "const [done] = arguments;
        done(JSON.parse(sessionStorage.getItem('noted') ?? '[]')); sessionStorage.removeItem('noted');";
    serde_json::from_value(browser.run(take, vec![]).await).expect("pairs")
}

/// Changes what a page asks the browser for.
async fn ask_for(browser: &Browser, form: &str, change: &str) {
    let script = format!(
        "const [selector, done] = arguments;
        const form = document.querySelector(selector);
        const options = JSON.parse(form.dataset.options);
        {change};
        form.dataset.options = JSON.stringify(options);
        done(null);"
    );
    browser.run(&script, vec![json!(form)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_use_of_a_passkey_and_every_refusal_has_clear_words() {
    let mail = MailServer::start();
    let server = Server::start_named(&mail).await;
    let driver = Driver::start();
    let browser = driver.browser("passkey-words", Scripts::On).await;
    let source = json!({ "source": NOTE_SIGNALS });
    browser
        .devtools("Page.addScriptToEvaluateOnNewDocument", source)
        .await;
    registers(&browser, &server, &mail).await;

    // The wrong site, and a device that keeps no such passkey.
    let add = server.url("/account/passkeys/add");
    let key = browser.plug("usb", true).await;
    browser.open(&add).await;
    ask_for(&browser, ADD, "options.rp.id = 'evil.example'").await;
    browser.click(&format!("{ADD} button")).await;
    says(&browser, ADD, "do not work at this address").await;
    browser.open(&add).await;
    let refuses = "const [done] = arguments;
        navigator.credentials.create = async () => { throw new DOMException('', 'NotSupportedError'); };
        done(null);";
    browser.run(refuses, vec![]).await;
    browser.click(&format!("{ADD} button")).await;
    says(&browser, ADD, "cannot keep a passkey").await;
    browser.open(&add).await;
    browser.click(&format!("{ADD} button")).await;
    browser.reads("h1", "backup codes").await;

    // Every page of passkeys, as people see it.
    browser.open(&server.url("/account/passkeys")).await;
    let told = signals(&browser).await;
    let calls: Vec<&str> = told.iter().map(|(call, _)| call.as_str()).collect();
    let both = ["signalAllAcceptedCredentials", "signalCurrentUserDetails"];
    assert_eq!(calls, both, "{told:?}");
    assert_eq!(
        told[0].1["allAcceptedCredentialIds"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(told[1].1["name"], EMAIL);
    looks(&browser, "list").await;
    let rename = "form[action$=\"/rename\"]";
    browser.click("details summary").await;
    looks(&browser, "rename").await;
    browser.submit_form(rename, &[("name", "Blue key")]).await;
    browser.reads("h2", "Blue key").await;
    assert_eq!(
        signals(&browser).await.len(),
        2,
        "the browser is told again"
    );

    // As the second step after the password.
    signs_out(&browser, &server).await;
    browser.open(&server.url("/login")).await;
    looks(&browser, "login").await;
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    browser.submit("/login", &fields).await;
    browser.reads("h1", "Use your passkey").await;
    looks(&browser, "second-step").await;
    browser.click(&format!("{SIGN_IN} button")).await;
    comes_to(&browser, "/account").await;

    // As proof, once the last one is too old.
    server.sql("UPDATE sessions SET authenticated_at = now() - interval '1 hour', factor_proven_at = now() - interval '1 hour'");
    browser.open(&add).await;
    browser.assert_at("/reauthenticate").await;
    looks(&browser, "reauthenticate").await;
    browser.click("form[data-passkey] button").await;
    comes_to(&browser, "/account/passkeys/add").await;
    looks(&browser, "add").await;
    browser.open(&server.url("/account/passkeys")).await;
    browser.follow("a[href$=\"/remove\"]").await;
    looks(&browser, "remove").await;

    // A passkey that no account has, one that is not there, and a browser that knows none.
    signs_out(&browser, &server).await;
    browser.open(&server.url("/login")).await;
    server.sql("DELETE FROM passkeys");
    signals(&browser).await;
    browser.click(&format!("{SIGN_IN} button")).await;
    browser
        .reads(".notice", "No account has this passkey")
        .await;
    looks(&browser, "refused").await;
    let told = signals(&browser).await;
    assert_eq!(told[0].0, "signalUnknownCredential", "{told:?}");
    browser.unplug(&key).await;
    browser.plug("internal", true).await;
    browser.open(&server.url("/login")).await;
    browser.click(&format!("{SIGN_IN} button")).await;
    says(&browser, SIGN_IN, "no passkey for this site").await;
    let source = json!({ "source": "delete PublicKeyCredential.parseRequestOptionsFromJSON;" });
    browser
        .devtools("Page.addScriptToEvaluateOnNewDocument", source)
        .await;
    browser.open(&server.url("/login")).await;
    says(&browser, SIGN_IN, "does not support passkeys").await;

    browser.close().await;
    drop(driver);
    server.stop();
}

/// Pictures of a page: light, dark, and on a phone.
async fn looks(browser: &Browser, what: &str) {
    browser.prefer_colours("light").await;
    browser.resize(1000, 1000).await;
    browser.screenshot(what).await;
    browser.prefer_colours("dark").await;
    browser.screenshot(&format!("{what}-dark")).await;
    browser.prefer_colours("light").await;
    browser.resize(360, 900).await;
    browser.screenshot(&format!("{what}-phone")).await;
    browser.resize(1000, 1000).await;
}

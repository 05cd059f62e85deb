//! Passkeys with an authenticator of the browser's own: made, used by autofill and as the second step, and removed.

use std::time::Duration;

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
    browser.reads(&format!("{ADD} [role=status]"), ".").await;
    browser.assert_at("/account/passkeys/add").await;
    browser.unplug(&weak).await;

    // The first one brings backup codes.
    browser.plug("internal", true).await;
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
    browser
        .reads(&format!("{ADD} [role=status]"), "already")
        .await;

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
    browser.submit_form("form[action$=\"/remove\"]", &[]).await;
    browser.assert_at("/account/passkeys").await;
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

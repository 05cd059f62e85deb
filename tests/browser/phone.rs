//! A phone as the only second factor, in Chromium, with scripts and without: added, used at a sign-in, and removed. The
//! messages arrive at a gateway of the tests.

use crate::browser::Browser;
use crate::driver::{Driver, Scripts};
use crate::gateway::Gateway;
use crate::mail::MailServer;
use crate::server::Server;

const EMAIL: &str = "robin@example.org";
const PASSWORD: &str = "seven herons over the weir";
const NUMBER: &str = "+49 151 12345612";
const PHONE: &str = "/account/phone";

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_from_its_adding_to_its_end_with_scripts() {
    story("phone-scripts", Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_from_its_adding_to_its_end_without_scripts() {
    story("phone-no-scripts", Scripts::Off).await;
}

async fn story(name: &str, scripts: Scripts) {
    let mail = MailServer::start();
    let gateway = Gateway::start().await;
    let server = Server::start_with(&mail, &gateway.settings()).await;
    let driver = Driver::start();
    let browser = driver.browser(name, scripts).await;
    registers(&server, &mail, &browser).await;
    adds(&server, &gateway, &browser).await;

    signs_out(&server, &browser).await;
    gives_password(&server, &browser).await;
    browser.assert_at("/login/verify").await;
    pictures(&browser, "verify").await;
    browser.submit("/login/verify/phone", &[]).await;
    browser.assert_at("/login/verify").await;
    let sent = gateway.after(2).await;
    assert!(sent[1].text.ends_with(&format!("#{}", sent[1].code())));
    // The code of the phone's adding was used.
    let used = [("code", sent[0].code())];
    let used = used.each_ref().map(|(name, code)| (*name, code.as_str()));
    browser.submit("/login/verify", &used).await;
    browser.assert_at("/login/verify").await;
    pictures(&browser, "wrong").await;
    let code = sent[1].code();
    browser.submit("/login/verify", &[("code", &code)]).await;
    browser.assert_at("/account").await;

    browser.open(&server.url(PHONE)).await;
    pictures(&browser, "added").await;
    browser.submit("/account/phone/remove", &[]).await;
    browser.reads("main", "We can send a six-digit code").await;
    browser.screenshot("removed").await;
    signs_out(&server, &browser).await;
    gives_password(&server, &browser).await;
    browser.assert_at("/account").await;
    assert_eq!(gateway.posted().len(), 2, "no message without a request");
    browser.close().await;
    drop(driver);
    server.stop();
}

async fn registers(server: &Server, mail: &MailServer, browser: &Browser) {
    browser.open(&server.url("/register")).await;
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    browser.submit("/register", &fields).await;
    browser.open(&mail.link(EMAIL, "/verify-email").await).await;
    browser.submit("/verify-email", &[]).await;
}

/// Adds the phone, which brings ten backup codes.
async fn adds(server: &Server, gateway: &Gateway, browser: &Browser) {
    browser.open(&server.url(PHONE)).await;
    pictures(browser, "add").await;
    browser.submit(PHONE, &[("phone", "0151 123")]).await;
    browser.reads("main", "Begin with +").await;
    pictures(browser, "add-refused").await;
    browser.submit(PHONE, &[("phone", NUMBER)]).await;
    browser.assert_at("/account/phone/confirm").await;
    let sent = gateway.after(1).await;
    assert_eq!(sent[0].to, "+4915112345612");
    pictures(browser, "confirm").await;
    let code = sent[0].code();
    browser
        .submit("/account/phone/confirm", &[("code", &code)])
        .await;
    browser.reads("h1", "backup codes").await;
    assert_eq!(browser.texts(".backup-codes code").await.len(), 10);
}

async fn signs_out(server: &Server, browser: &Browser) {
    browser.open(&server.url("/account")).await;
    browser.submit("/logout", &[]).await;
}

async fn gives_password(server: &Server, browser: &Browser) {
    browser.open(&server.url("/login")).await;
    let credentials = [("email", EMAIL), ("password", PASSWORD)];
    browser.submit("/login", &credentials).await;
}

/// The page in light and dark, and as wide as a phone.
async fn pictures(browser: &Browser, what: &str) {
    browser.screenshot(what).await;
    browser.prefer_colours("dark").await;
    browser.screenshot(&format!("{what}-dark")).await;
    browser.prefer_colours("light").await;
    browser.resize(360, 740).await;
    browser.screenshot(&format!("{what}-narrow")).await;
    browser.resize(1280, 900).await;
}

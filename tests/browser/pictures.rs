//! The screenshots of the README, which `script/screenshots` makes.

use std::{fs, path::Path};

use serde_json::json;

use crate::authenticator::Authenticator;
use crate::browser::Browser;
use crate::driver::{Driver, Scripts};
use crate::mail::MailServer;
use crate::server::Server;

const EMAIL: &str = "robin@example.org";
const PASSWORD: &str = "seven herons over the weir";

/// The time of the run is the only part of the page that differs between two runs.
const SAME_TIME: &str = "
    const [done] = arguments;
    for (const time of document.querySelectorAll('time')) time.textContent = '2 March 2026, 09:30 UTC';
    done();";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes docs/screenshots; script/screenshots runs it"]
async fn screenshots() {
    let mail = MailServer::start();
    let server = Server::start(&mail).await;
    let driver = Driver::start();
    let browser = driver.browser("readme", Scripts::On).await;
    browser
        .devtools("Emulation.setScrollbarsHidden", json!({ "hidden": true }))
        .await;
    browser.prefer_colours("light").await;
    makes_an_account(&server, &mail, &browser).await;
    browser.resize(880, 780).await;
    browser.open(&server.url("/account")).await;
    keep(&browser, "account").await;
    browser.submit("/logout", &[]).await;
    browser.open(&server.url("/login")).await;
    keep(&browser, "sign-in").await;

    browser.close().await;
    drop(driver);
    server.stop();
}

/// An account with a verified address and a second factor.
async fn makes_an_account(server: &Server, mail: &MailServer, browser: &Browser) {
    browser.open(&server.url("/register")).await;
    let fields = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("display_name", "Robin Example"),
    ];
    browser.submit("/register", &fields).await;
    browser.open(&mail.link(EMAIL, "/verify-email").await).await;
    browser.submit("/verify-email", &[]).await;
    browser.open(&server.url("/account/two-factor")).await;
    browser.submit("/account/two-factor/enroll", &[]).await;
    browser.show(".totp-secret").await;
    let code = Authenticator::scan(&browser.screenshot("enrol").await)
        .fresh_code()
        .await;
    let fields = [("code", code.as_str())];
    browser.submit("/account/two-factor/confirm", &fields).await;
    browser.assert_at("/account/two-factor/confirm").await;
}

async fn keep(browser: &Browser, name: &str) {
    browser.run(SAME_TIME, vec![]).await;
    let made = browser.screenshot(name).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screenshots");
    fs::create_dir_all(&folder).expect("docs/ is ours");
    fs::copy(made, folder.join(format!("{name}.png"))).expect("docs/ is ours");
}

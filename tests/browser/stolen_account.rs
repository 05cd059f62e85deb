//! A thief takes an account, and its owner takes it back, in Chromium, with scripts and without.

use crate::browser::Browser;
use crate::driver::{Driver, Scripts};
use crate::mail::MailServer;
use crate::server::Server;

const EMAIL: &str = "robin@example.org";
const THIEFS: &str = "not.robin@example.net";
const PASSWORD: &str = "seven herons over the weir";
const NEW_PASSWORD: &str = "nine lanterns along the quay";

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_takes_the_account_back_with_scripts() {
    taken_back("stolen-scripts", Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_takes_the_account_back_without_scripts() {
    taken_back("stolen-no-scripts", Scripts::Off).await;
}

async fn taken_back(name: &str, scripts: Scripts) {
    let mail = MailServer::start();
    let server = Server::start(&mail).await;
    let driver = Driver::start();
    let owner = driver.browser(&format!("{name}-owner"), scripts).await;
    owner.open(&server.url("/register")).await;
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    owner.submit("/register", &fields).await;
    let verify = mail.link(EMAIL, "/verify-email").await;
    owner.open(&verify).await;
    owner.submit("/verify-email", &[]).await;
    owner.assert_at("/account").await;

    let thief = driver.browser(&format!("{name}-thief"), scripts).await;
    takes(&server, &mail, &thief).await;
    takes_back(&server, &mail, &owner).await;

    // The thief is signed out, and neither address nor password lead anywhere.
    thief.open(&server.url("/account")).await;
    thief.assert_at("/login").await;
    for email in [EMAIL, THIEFS] {
        let credentials = [("email", email), ("password", PASSWORD)];
        thief.submit("/login", &credentials).await;
        thief.assert_at("/login").await;
    }
    thief.screenshot("refused").await;
    owner.close().await;
    thief.close().await;
    drop(driver);
    server.stop();
}

/// Signs in with the stolen password, and moves the account to another address.
async fn takes(server: &Server, mail: &MailServer, thief: &Browser) {
    thief.open(&server.url("/login")).await;
    let credentials = [("email", EMAIL), ("password", PASSWORD)];
    thief.submit("/login", &credentials).await;
    thief.assert_at("/account").await;
    thief.open(&server.url("/account/email")).await;
    thief
        .submit("/account/email", &[("new_email", THIEFS)])
        .await;
    let confirm = mail.link(THIEFS, "/confirm-email").await;
    thief.open(&confirm).await;
    thief.submit("/confirm-email", &[]).await;
    thief.assert_at("/account").await;
    assert!(thief.text("body").await.contains(THIEFS));
}

/// Opens the link in the notice of the change, and proves to have known the password.
async fn takes_back(server: &Server, mail: &MailServer, owner: &Browser) {
    owner.open(&server.url("/account")).await;
    owner.assert_at("/login").await;
    let subjects: Vec<_> = mail.mails().into_iter().map(|mail| mail.subject).collect();
    let is_told = subjects
        .iter()
        .any(|subject| subject.contains("New sign-in"));
    assert!(is_told, "{subjects:?}");
    let link = mail.link_about(EMAIL, "was changed", "/not-me").await;
    owner.open(&link).await;
    assert!(owner.text("body").await.contains(EMAIL));
    owner.screenshot("not-me").await;
    let wrong = [("password", "not the right password")];
    owner.submit("/not-me", &wrong).await;
    owner.assert_at("/not-me").await;
    owner.screenshot("not-me-wrong").await;
    owner.submit("/not-me", &[("password", PASSWORD)]).await;
    owner.assert_at("/login").await;
    owner.screenshot("not-me-done").await;

    let reset = mail.link(EMAIL, "/reset-password").await;
    owner.open(&reset).await;
    let fields = [("new_password", NEW_PASSWORD)];
    owner.submit("/reset-password", &fields).await;
    owner.assert_at("/account").await;
    let account = owner.text("body").await;
    assert!(
        account.contains(EMAIL) && account.contains("frozen until"),
        "{account}"
    );
    owner.screenshot("back").await;
    owner.open(&server.url("/account/email")).await;
    owner
        .submit("/account/email", &[("new_email", "robin.new@example.net")])
        .await;
    assert!(owner.text("body").await.contains("cannot be changed"));
    owner.screenshot("frozen").await;
}

//! The account's life in Chromium, with scripts and without: another address, and a deletion that is undone by its owner.

use crate::browser::Browser;
use crate::driver::{Driver, Scripts};
use crate::mail::MailServer;
use crate::server::Server;

const EMAIL: &str = "robin@example.org";
const NEW_EMAIL: &str = "robin.new@example.net";
const PASSWORD: &str = "seven herons over the weir";

#[tokio::test(flavor = "multi_thread")]
async fn an_account_moves_and_is_restored_with_scripts() {
    moves_and_is_restored("account-scripts", Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_moves_and_is_restored_without_scripts() {
    moves_and_is_restored("account-no-scripts", Scripts::Off).await;
}

async fn moves_and_is_restored(name: &str, scripts: Scripts) {
    let mail = MailServer::start();
    let server = Server::start(&mail).await;
    let driver = Driver::start();
    let browser = driver.browser(name, scripts).await;
    browser.open(&server.url("/register")).await;
    let fields = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("display_name", "Robin"),
    ];
    browser.submit("/register", &fields).await;
    moves(&server, &mail, &browser).await;
    is_restored(&server, &mail, &browser).await;
    browser.close().await;
    drop(driver);
    server.stop();
}

async fn moves(server: &Server, mail: &MailServer, browser: &Browser) {
    browser.open(&server.url("/account/email")).await;
    browser.screenshot("email").await;
    browser
        .submit("/account/email", &[("new_email", NEW_EMAIL)])
        .await;
    browser.assert_at("/account/email").await;
    assert!(browser.text("body").await.contains(NEW_EMAIL));
    browser.screenshot("email-waiting").await;
    mail.link(EMAIL, "/verify-email").await;

    // Cancelled, its link is dead; asked for again, the new one works.
    let cancelled = mail.link(NEW_EMAIL, "/confirm-email").await;
    browser.submit("/account/email/cancel", &[]).await;
    browser.open(&cancelled).await;
    browser.reads("h1", "This link no longer works").await;
    browser.screenshot("email-link-dead").await;
    browser.open(&server.url("/account/email")).await;
    browser
        .submit("/account/email", &[("new_email", NEW_EMAIL)])
        .await;
    let link = mail
        .another_link(NEW_EMAIL, "/confirm-email", &cancelled)
        .await;
    browser.open(&link).await;
    browser.screenshot("email-confirm").await;
    browser.submit("/confirm-email", &[]).await;
    browser.assert_at("/account").await;
    assert!(browser.text("body").await.contains(NEW_EMAIL));
    browser.screenshot("email-changed").await;
    let notices = mail.mails().into_iter().filter(|mail| mail.to == [EMAIL]);
    assert!(
        notices.count() >= 2,
        "of the registration and of the request"
    );
}

async fn is_restored(server: &Server, mail: &MailServer, browser: &Browser) {
    browser.open(&server.url("/account/delete")).await;
    browser.screenshot("delete").await;
    browser
        .submit("/account/delete", &[("confirm_email", EMAIL)])
        .await;
    browser.assert_at("/account/delete").await;
    browser
        .submit("/account/delete", &[("confirm_email", NEW_EMAIL)])
        .await;
    browser.assert_at("/login").await;
    browser.screenshot("deleted").await;
    let credentials = [("email", NEW_EMAIL), ("password", PASSWORD)];
    browser.submit("/login", &credentials).await;
    browser.assert_at("/account/restore").await;
    browser.screenshot("restore").await;
    browser.submit("/account/restore", &[]).await;
    browser.assert_at("/account").await;
    browser.screenshot("restored").await;
    let subjects: Vec<String> = mail.mails().into_iter().map(|mail| mail.subject).collect();
    assert!(
        subjects
            .iter()
            .any(|subject| subject.contains("was deleted"))
    );
}

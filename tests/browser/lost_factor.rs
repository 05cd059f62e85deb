//! An owner who has lost the second factor comes back, in Chromium, with scripts and without. The days in between are
//! moved in the database.

use crate::authenticator::Authenticator;
use crate::browser::Browser;
use crate::driver::{Driver, Scripts};
use crate::mail::MailServer;
use crate::server::Server;

const EMAIL: &str = "robin@example.org";
const PASSWORD: &str = "seven herons over the weir";
const NEW_PASSWORD: &str = "nine lanterns along the quay";
const CANCEL: &str = "/account/recovery/cancel";

#[tokio::test(flavor = "multi_thread")]
async fn the_factor_is_removed_after_the_delay_with_scripts() {
    removed("lost-scripts", Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_factor_is_removed_after_the_delay_without_scripts() {
    removed("lost-no-scripts", Scripts::Off).await;
}

async fn removed(name: &str, scripts: Scripts) {
    let mail = MailServer::start();
    let server = Server::start(&mail).await;
    let driver = Driver::start();
    let known = driver.browser(&format!("{name}-known"), scripts).await;
    enrols(&server, &mail, &known).await;

    let other = driver.browser(&format!("{name}-other"), scripts).await;
    asks(&server, &other).await;
    let told = mail.link_about(EMAIL, "wants to remove", "/not-me").await;
    assert!(!told.is_empty());
    cancels(&server, &known).await;

    asks(&server, &other).await;
    later(&server, 37);
    let told = mail.link_about(EMAIL, "Reminder", "/not-me").await;
    assert!(!told.is_empty());
    known.open(&server.url("/account")).await;
    assert!(known.has(&format!("form[action=\"{CANCEL}\"]")).await);
    later(&server, 37);
    let link = mail.link(EMAIL, "/recover").await;
    comes_back(&server, &other, &link).await;

    known.open(&server.url("/account")).await;
    known.assert_at("/login").await;
    known.open(&link).await;
    known.reads("h1", "This link no longer works").await;
    known.screenshot("link-used").await;
    known.close().await;
    other.close().await;
    drop(driver);
    server.stop();
}

/// Registers, and turns two-step sign-in on.
async fn enrols(server: &Server, mail: &MailServer, known: &Browser) {
    known.open(&server.url("/register")).await;
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    known.submit("/register", &fields).await;
    let verify = mail.link(EMAIL, "/verify-email").await;
    known.open(&verify).await;
    known.submit("/verify-email", &[]).await;
    known.open(&server.url("/account/two-factor")).await;
    known.submit("/account/two-factor/enroll", &[]).await;
    known.show(".totp-secret").await;
    let mut phone = Authenticator::scan(&known.screenshot("qr").await);
    let code = phone.fresh_code().await;
    known
        .submit("/account/two-factor/confirm", &[("code", &code)])
        .await;
    assert!(known.text("h1").await.contains("backup codes"));
}

/// Gives the password, and asks for the removal of the factor.
async fn asks(server: &Server, other: &Browser) {
    other.open(&server.url("/login")).await;
    let credentials = [("email", EMAIL), ("password", PASSWORD)];
    other.submit("/login", &credentials).await;
    other.assert_at("/login/verify").await;
    other.screenshot("second-step").await;
    other.follow("a[href=\"/login/lost-factor\"]").await;
    assert!(other.text("main").await.contains("72 hours"));
    other.screenshot("ask").await;
    other.submit("/login/lost-factor", &[]).await;
    other.assert_at("/login/lost-factor").await;
    other.reads("main", "Asking again changes nothing").await;
    other.screenshot("wait").await;
}

/// Sees on every page that the factor is to be removed, and cancels it.
async fn cancels(server: &Server, known: &Browser) {
    for path in ["/account/sessions", "/account"] {
        known.open(&server.url(path)).await;
        let banner = known.text("section.notice.warning").await;
        assert!(banner.contains("about to be removed"), "{path}: {banner}");
    }
    known.screenshot("banner").await;
    known.resize(360, 740).await;
    known.screenshot("banner-narrow").await;
    known.resize(1280, 900).await;
    known.prefer_colours("dark").await;
    known.screenshot("banner-dark").await;
    known.prefer_colours("light").await;
    known.submit(CANCEL, &[]).await;
    known.assert_at("/account").await;
    assert!(
        known
            .text("main")
            .await
            .contains("The removal is cancelled")
    );
    assert!(!known.has(&format!("form[action=\"{CANCEL}\"]")).await);
    known.screenshot("cancelled").await;
}

/// Lets so many hours pass for the request.
fn later(server: &Server, hours: u32) {
    let past = |table: &str, columns: &[&str]| {
        let moved = columns
            .iter()
            .map(|it| format!("{it} = {it} - interval '{hours} hours'"));
        let moved: Vec<String> = moved.collect();
        server.sql(&format!("UPDATE {table} SET {}", moved.join(", ")));
    };
    // The mail about a second request waits until an hour after the first.
    past("mails", &["created_at", "sent_at", "next_attempt_at"]);
    past("recoveries", &["started_at", "ends_at"]);
}

async fn comes_back(server: &Server, other: &Browser, link: &str) {
    other.open(link).await;
    other.reads("h1", "Remove your second factor").await;
    other.screenshot("recover").await;
    other.submit("/recover", &[("new_password", "short")]).await;
    other.assert_at("/recover").await;
    other.screenshot("recover-refused").await;
    other
        .submit("/recover", &[("new_password", NEW_PASSWORD)])
        .await;
    other.assert_at("/account").await;
    assert!(
        other
            .text("main")
            .await
            .contains("Your second factor is removed")
    );
    other.screenshot("back").await;
    other.submit("/logout", &[]).await;
    other.open(&server.url("/login")).await;
    let credentials = [("email", EMAIL), ("password", NEW_PASSWORD)];
    other.submit("/login", &credentials).await;
    other.assert_at("/account").await;
}

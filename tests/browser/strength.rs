//! The strength of a new password, shown while it is typed if scripts run. Without scripts the form
//! reports it once it is sent.

use crate::browser::Browser;
use crate::driver::{Driver, Scripts};
use crate::mail::MailServer;
use crate::server::Server;

const EMAIL: &str = "hortensia.quillfeather@example.org";
const FIELD: &str = "input[autocomplete=new-password]";
const SAID: &str = ".strength p";
const STRONG: &str = "seven herons over the weir";

/// Measures that the page does not move while the verdict changes, and does not overflow.
const LOOKS: &str = "
    const [done] = arguments;
    const button = document.querySelector('button[type=submit]:not(.small)').getBoundingClientRect();
    const page = document.documentElement;
    done({ top: Math.round(button.top), overflow: page.scrollWidth > page.clientWidth });";

async fn top_of_button(browser: &Browser) -> i64 {
    let looks = browser.run(LOOKS, vec![]).await;
    assert_eq!(looks["overflow"], false, "wider than the window");
    looks["top"].as_i64().expect("a place")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_strength_is_shown_while_the_password_is_typed() {
    let mail = MailServer::start();
    let server = Server::start(&mail).await;
    let driver = Driver::start();
    let browser = driver.browser("strength", Scripts::On).await;
    for (width, colours) in [
        (320, "light"),
        (320, "dark"),
        (1024, "light"),
        (1024, "dark"),
    ] {
        browser.resize(width, 1100).await;
        browser.prefer_colours(colours).await;
        browser.open(&server.url("/register")).await;
        assert_eq!(browser.text(SAID).await, "", "nothing is said of nothing");
        assert!(browser.has(".strength meter[hidden]").await);

        browser.type_into(FIELD, "hortensia").await;
        let said = browser.reads(SAID, "9 characters").await;
        assert!(said.contains("Use at least 15"), "{said}");
        let top = top_of_button(&browser).await;
        browser
            .screenshot(&format!("short-{width}-{colours}"))
            .await;

        browser.type_into(FIELD, ".quillfeather").await;
        browser.reads(SAID, "hard to guess").await;
        if width == 1024 {
            assert_eq!(
                top_of_button(&browser).await,
                top,
                "what stands below rests"
            );
        }
        browser.screenshot(&format!("good-{width}-{colours}")).await;

        // The address counts as well, even if it is typed later.
        browser.type_into("input[name=email]", EMAIL).await;
        browser
            .reads(SAID, "mostly your name, your email address")
            .await;
        browser.screenshot(&format!("own-{width}-{colours}")).await;
        top_of_button(&browser).await;

        browser.type_into(FIELD, " and seven lanterns").await;
        browser.reads(SAID, "Very good").await;
        assert!(browser.has(".strength.accepted meter:not([hidden])").await);
        browser
            .screenshot(&format!("strong-{width}-{colours}"))
            .await;
    }
    let fields = [("email", EMAIL), ("password", STRONG)];
    browser.submit("/register", &fields).await;
    browser.assert_at("/account").await;

    // The other pages with a field for a new password.
    browser.open(&server.url("/account/password")).await;
    browser.type_into(FIELD, EMAIL).await;
    browser
        .reads(SAID, "mostly your name, your email address")
        .await;
    let claim = mail.link(EMAIL, "/verify-email").await;
    browser.open(&server.url("/account")).await;
    browser.submit("/logout", &[]).await;
    browser.open(&claim).await;
    browser.click("summary").await;
    browser.type_into(FIELD, EMAIL).await;
    browser
        .reads(SAID, "mostly your name, your email address")
        .await;
    browser.open(&server.url("/forgot-password")).await;
    browser
        .submit("/forgot-password", &[("email", EMAIL)])
        .await;
    browser
        .open(&mail.link(EMAIL, "/reset-password").await)
        .await;
    browser.type_into(FIELD, EMAIL).await;
    browser
        .reads(SAID, "mostly your name, your email address")
        .await;
    browser.close().await;
    drop(driver);
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_form_reports_the_same_strength() {
    let mail = MailServer::start();
    let server = Server::start(&mail).await;
    let driver = Driver::start();
    let browser = driver.browser("strength-no-scripts", Scripts::Off).await;
    browser.open(&server.url("/register")).await;
    assert!(!browser.has(".strength").await && !browser.has("meter").await);
    let fields = [("email", EMAIL), ("password", "hortensia.quillfeather")];
    browser.submit("/register", &fields).await;
    let said = browser.text(".field-error").await;
    assert!(
        said.contains("mostly your name, your email address"),
        "{said}"
    );
    browser.close().await;
    drop(driver);
    server.stop();
}

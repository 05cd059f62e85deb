//! What pages do for their reader where scripts run, in Chromium; without scripts it is absent, and nothing is missing.

use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::browser::Browser;
use crate::driver::{Driver, Scripts};
use crate::mail::MailServer;
use crate::server::Server;

const EMAIL: &str = "robin@example.org";
const PASSWORD: &str = "seven herons over the weir";

/// Two passwords for an address pass, and another one every six seconds.
const LIMITS: [(&str, &str); 2] = [
    ("RATE_LIMIT_SCALE", "1"),
    ("RATE_LIMIT_LOGIN_EMAIL_IP", "2/12s"),
];

/// The value of an expression on the open page.
async fn value(browser: &Browser, expression: &str) -> Value {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         Promise.resolve({expression}).then(done, (error) => done(String(error)));"
    );
    browser.run(&script, Vec::new()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_help_their_reader_with_scripts() {
    let mail = MailServer::start();
    let server = Server::start_with(&mail, &LIMITS).await;
    let driver = Driver::start();
    let browser = driver.browser("small-scripts", Scripts::On).await;
    let zone = json!({ "timezoneId": "Asia/Kolkata" });
    browser
        .devtools("Emulation.setTimezoneOverride", zone)
        .await;
    shows_the_password(&server, &browser).await;
    announces(&server, &browser).await;
    tells_local_time(&server, &browser).await;
    let phone = copies(&server, &mail, &browser).await;
    waits_for_the_code(&server, &browser, phone).await;
    counts_down(&server, &browser).await;
    browser.close().await;
    drop(driver);
    server.stop();
}

async fn shows_the_password(server: &Server, browser: &Browser) {
    browser.open(&server.url("/register")).await;
    browser.fill("[name=email]", EMAIL).await;
    browser.type_into("[name=password]", PASSWORD).await;
    browser.click(".show-password").await;
    assert_eq!(
        value(browser, "document.querySelector('[name=password]').type").await,
        "text"
    );
    assert_eq!(
        value(browser, "document.querySelector('.show-password').value").await,
        "Hide"
    );
    let said = browser.text(".beside [role=status]").await;
    assert_eq!(said, "Your password is visible.");
    browser.screenshot("password-shown").await;
    browser.resize(360, 740).await;
    browser.screenshot("password-shown-narrow").await;
    browser.resize(1280, 900).await;
    browser.click(".show-password").await;
    assert_eq!(
        value(browser, "document.querySelector('[name=password]').type").await,
        "password"
    );
    // What is sent hides again, so that no browser keeps it.
    browser.click(".show-password").await;
    let sent = "new Promise((done) => {
        const form = document.querySelector('form[action=\"/register\"]');
        form.addEventListener('submit', (event) => { event.preventDefault(); done(form.elements.password.type); });
        form.requestSubmit();
    })";
    assert_eq!(value(browser, sent).await, "password");
    browser.open(&server.url("/register")).await;
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    browser.submit("/register", &fields).await;
    browser.assert_at("/account").await;
}

/// A notice of the page before comes once more, after the page is loaded: only then it is heard.
async fn announces(server: &Server, browser: &Browser) {
    let watch = "addEventListener('DOMContentLoaded', () => {
        const notice = document.querySelector('.notice[role=status]');
        if (!notice) return;
        window.heard = [];
        new MutationObserver((changes) => changes.forEach((change) =>
            change.addedNodes.forEach((node) => window.heard.push(node.textContent)))).observe(notice, { childList: true });
    }, { capture: true })";
    let source = json!({ "source": watch });
    browser
        .devtools("Page.addScriptToEvaluateOnNewDocument", source)
        .await;
    browser.open(&server.url("/account/profile")).await;
    browser
        .submit("/account/profile", &[("display_name", "Robin")])
        .await;
    let said = browser
        .reads(".notice[role=status]", "Your name was saved.")
        .await;
    let heard = value(
        browser,
        "new Promise((done) => setTimeout(() => done(window.heard.join(' ')), 300))",
    )
    .await;
    assert!(
        heard.as_str().unwrap_or_default().contains(&said),
        "{heard}"
    );
    assert_eq!(browser.text(".notice[role=status]").await, said);
}

async fn tells_local_time(server: &Server, browser: &Browser) {
    browser.open(&server.url("/account")).await;
    let at = value(browser, "document.querySelector('dl time').dateTime").await;
    let shown = browser.reads("dl time", "GMT+5:30").await;
    let expected = format!(
        "(() => {{ const at = new Date(new Date('{}').valueOf() + 5.5 * 3600000);
            return String(at.getUTCHours()).padStart(2, '0') + ':' + String(at.getUTCMinutes()).padStart(2, '0'); }})()",
        at.as_str().unwrap()
    );
    let clock = value(browser, &expected).await;
    assert!(shown.contains(clock.as_str().unwrap()), "{shown} {clock}");
    let utc = value(browser, "document.querySelector('dl time').title").await;
    assert!(utc.as_str().unwrap().ends_with(" UTC"), "{utc}");
    browser.screenshot("local-times").await;
}

/// Copies the key and the codes, which say where and when they were made.
async fn copies(server: &Server, mail: &MailServer, browser: &Browser) -> Authenticator {
    let verify = mail.link(EMAIL, "/verify-email").await;
    browser.open(&verify).await;
    browser.submit("/verify-email", &[]).await;
    let origin = server.url("");
    let allow = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": origin });
    browser.devtools("Browser.grantPermissions", allow).await;
    browser.open(&server.url("/account/two-factor")).await;
    browser.submit("/account/two-factor/enroll", &[]).await;
    browser.show(".totp-secret").await;
    let mut phone = Authenticator::scan(&browser.screenshot("enrol").await);
    browser.click(".copy").await;
    browser.reads(".copy ~ [role=status]", "Copied.").await;
    let copied = value(browser, "navigator.clipboard.readText()").await;
    let key: String = copied.as_str().unwrap().split_whitespace().collect();
    assert_eq!(key, phone.secret);
    let code = phone.fresh_code().await;
    browser
        .submit("/account/two-factor/confirm", &[("code", &code)])
        .await;
    let codes = browser.texts(".backup-codes li").await;
    assert_eq!(codes.len(), 10);
    browser.click(".copy").await;
    browser.reads(".copy ~ [role=status]", "Copied.").await;
    let copied = value(browser, "navigator.clipboard.readText()").await;
    assert_eq!(copied, codes.join("\n"));
    browser.screenshot("codes").await;
    says_where_and_when(server, browser).await;
    phone
}

/// The page of the codes, printed, and its file.
async fn says_where_and_when(server: &Server, browser: &Browser) {
    let page = browser.text("main").await;
    assert!(
        page.contains(&server.url("")) && page.contains("made on"),
        "{page}"
    );
    let link = value(
        browser,
        "decodeURIComponent(document.querySelector('a[download]').href)",
    )
    .await;
    let file = link.as_str().unwrap();
    assert!(
        file.contains(&server.url("")) && file.contains("Made on") && file.contains(" UTC."),
        "{file}"
    );
}

async fn waits_for_the_code(server: &Server, browser: &Browser, mut phone: Authenticator) {
    browser.open(&server.url("/account")).await;
    browser.submit("/logout", &[]).await;
    browser.open(&server.url("/login")).await;
    let credentials = [("email", EMAIL), ("password", PASSWORD)];
    browser.submit("/login", &credentials).await;
    browser.assert_at("/login/verify").await;
    assert_eq!(value(browser, "document.activeElement.name").await, "code");
    browser.screenshot("code-focused").await;
    let code = phone.fresh_code().await;
    browser.submit("/login/verify", &[("code", &code)]).await;
    browser.assert_at("/account").await;
    browser.submit("/logout", &[]).await;
}

async fn counts_down(server: &Server, browser: &Browser) {
    browser.open(&server.url("/login")).await;
    let wrong = [
        ("email", "no.one@example.org"),
        ("password", "not the right password"),
    ];
    for _ in 0..3 {
        browser.submit("/login", &wrong).await;
    }
    let left = browser
        .reads(".summary [data-seconds]", "Time left: 0:0")
        .await;
    assert_eq!(left.len(), "Time left: 0:02".len());
    let hidden = "document.querySelector('.summary [data-seconds]').getAttribute('aria-hidden')";
    assert_eq!(
        value(browser, hidden).await,
        "true",
        "an alert reads out every change"
    );
    browser.screenshot("countdown").await;
    browser
        .reads(".summary [data-seconds]", "You can try again now.")
        .await;
    assert_eq!(value(browser, hidden).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_missing_without_scripts() {
    let mail = MailServer::start();
    let server = Server::start_with(&mail, &LIMITS).await;
    let driver = Driver::start();
    let browser = driver.browser("small-no-scripts", Scripts::Off).await;
    browser.open(&server.url("/register")).await;
    assert!(!browser.has(".show-password").await);
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    browser.submit("/register", &fields).await;
    let time = browser.text("dl time").await;
    assert!(time.ends_with(" UTC"), "{time}");
    let verify = mail.link(EMAIL, "/verify-email").await;
    browser.open(&verify).await;
    browser.submit("/verify-email", &[]).await;
    browser.open(&server.url("/account/two-factor")).await;
    browser.submit("/account/two-factor/enroll", &[]).await;
    assert!(!browser.has(".copy").await);
    browser.show(".totp-secret").await;
    let mut phone = Authenticator::scan(&browser.screenshot("enrol").await);
    let code = phone.fresh_code().await;
    browser
        .submit("/account/two-factor/confirm", &[("code", &code)])
        .await;
    assert!(!browser.has(".copy").await);
    let page = browser.text("main").await;
    assert!(
        page.contains(&server.url("")) && page.contains(" UTC:"),
        "{page}"
    );
    browser.screenshot("codes").await;
    browser.open(&server.url("/account")).await;
    browser.submit("/logout", &[]).await;
    assert!(browser.has(".notice.success[role=status]").await);
    browser.open(&server.url("/login")).await;
    let credentials = [("email", EMAIL), ("password", PASSWORD)];
    browser.submit("/login", &credentials).await;
    assert!(browser.has("[name=code]:focus").await);
    let wrong = [
        ("email", "no.one@example.org"),
        ("password", "not the right password"),
    ];
    browser.open(&server.url("/login")).await;
    for _ in 0..3 {
        browser.submit("/login", &wrong).await;
    }
    let summary = browser.text(".summary").await;
    assert!(
        summary.contains("second") && !summary.contains("left"),
        "{summary}"
    );
    browser.close().await;
    drop(driver);
    server.stop();
}

//! The operator's own face in Chromium: name, logo, accent colour and links, on light and dark pages and in a mail.

use std::fs;

use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use crate::browser::Browser;
use crate::driver::{Driver, Scripts};
use crate::folder::Folder;
use crate::mail::MailServer;
use crate::server::Server;

const NAME: &str = "Blue Harbour";
const EMAIL: &str = "robin@example.org";
const PASSWORD: &str = "seven herons over the weir";
const HELP: &str = "mailto:help@example.org";
const PRIVACY: &str = "https://example.org/privacy";
const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 48 32\">\
    <path d=\"M4 18h40l-6 10H10z\" fill=\"#0b5394\"/>\
    <path d=\"M22 2v14H8zM26 6v10h10z\" fill=\"#e69138\"/></svg>";
/// The two colours of `SITE_ACCENT`, as computed styles have them.
const ACCENTS: [(&str, &str); 2] = [
    ("light", "rgb(11, 83, 148)"),
    ("dark", "rgb(159, 197, 232)"),
];

/// What the page shows of the operator.
const FACE: &str = "
    const [done] = arguments;
    const colour = (css, of) => getComputedStyle(document.querySelector(css))[of];
    const logo = document.querySelector('header img');
    done({
        title: document.title,
        brand: document.querySelector('header .brand').innerText,
        logo: logo.currentSrc,
        icon: document.querySelector('link[rel=icon]').href,
        drawn: logo.complete && logo.naturalWidth > 0 && logo.getBoundingClientRect().height > 30,
        links: [...document.querySelectorAll('footer a')].map((link) => [link.innerText, link.href]),
        link: colour('footer a', 'color'),
        button: colour('main .button:not(.quiet)', 'backgroundColor'),
    });";

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_mails_have_the_face_of_the_operator() {
    let folder = Folder::new("branding");
    let logo = folder.path().join("logo.svg");
    fs::write(&logo, LOGO).expect("our own folder");
    let settings = [
        ("SITE_NAME", NAME),
        ("SITE_LOGO_FILE", logo.to_str().expect("UTF-8")),
        ("SITE_ACCENT", "#0b5394,#9fc5e8"),
        ("SITE_SUPPORT_URL", HELP),
        ("SITE_PRIVACY_URL", PRIVACY),
    ];
    let mail = MailServer::start();
    let server = Server::start_with(&mail, &settings).await;
    let driver = Driver::start();
    let browser = driver.browser("branding", Scripts::On).await;
    for (scheme, accent) in ACCENTS {
        browser.prefer_colours(scheme).await;
        browser.open(&server.url("/login")).await;
        has_the_face(&browser, "Sign in · Blue Harbour", accent).await;
        browser.screenshot(&format!("login-{scheme}")).await;
    }
    let fields = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("display_name", "Robin Example"),
    ];
    browser.open(&server.url("/register")).await;
    browser.submit("/register", &fields).await;
    for (scheme, accent) in ACCENTS {
        browser.prefer_colours(scheme).await;
        browser.open(&server.url("/account/password")).await;
        has_the_face(&browser, "Change your password · Blue Harbour", accent).await;
        browser.screenshot(&format!("password-{scheme}")).await;
    }
    the_mail_has_the_face(&mail).await;
    browser.close().await;
    drop(driver);
    server.stop();
}

async fn has_the_face(browser: &Browser, title: &str, accent: &str) {
    let mut face = browser.run(FACE, vec![]).await;
    let logo = face["logo"].take();
    let answer = reqwest::get(logo.as_str().expect("an address")).await;
    let answer = answer.expect("an answer");
    assert_eq!((answer.status().as_u16(), face["icon"].take()), (200, logo));
    assert_eq!(
        answer.headers()[CONTENT_TYPE],
        "image/svg+xml; charset=utf-8"
    );
    assert_eq!(answer.text().await.expect("a file"), LOGO);
    let expected = json!({
        "title": title, "brand": NAME, "logo": null, "icon": null, "drawn": true,
        "links": [["Help", HELP], ["Privacy", PRIVACY]],
        "link": accent, "button": accent,
    });
    assert_eq!(face, expected);
}

async fn the_mail_has_the_face(mail: &MailServer) {
    mail.link(EMAIL, "/verify-email").await;
    let sent = mail.mails().into_iter().next().expect("a mail");
    assert_eq!(sent.subject, "Verify your email address for Blue Harbour");
    let from = ["Blue Harbour <no-reply@vestibule.example>"];
    assert_eq!(sent.headers_named("From"), from);
    for part in [HELP, PRIVACY, "#0b5394", "#9fc5e8"] {
        assert!(sent.html.contains(part), "{part} in {}", sent.html);
    }
    assert!(!sent.raw.contains("Vestibule"), "{}", sent.raw);
}
